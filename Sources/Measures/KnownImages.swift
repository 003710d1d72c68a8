import Torch

/// Images as they are whose embeddings are there already, for views that leave an image as it is.
struct KnownImages {
  private let rows: [Int: Int]
  private let layers: [Tensor]

  /// - Parameters:
  ///   - samples: the images' numbers in the held-out set, in the order of the rows.
  ///   - layers: their embeddings, n×D a layer.
  init(_ samples: [Int], _ layers: [Tensor]) {
    rows = Dictionary(zip(samples, samples.indices), uniquingKeysWith: { first, _ in first })
    self.layers = layers
  }

  /// Whether an image's embeddings are there.
  func contains(_ sample: Int) -> Bool { rows[sample] != nil }

  /// The embeddings of images that are there, n×D a layer.
  func embeddings(of samples: [Int]) -> [Tensor] {
    let places = Tensor(samples.compactMap { rows[$0] })
    return layers.map { $0.gathered(places.to($0.device)) }
  }
}
