import Measures

/// What the libraries say without knowing of a command line, with the flags that help.
enum ErrorWording {
  /// One line about files of embeddings.
  static func message(of error: GivenEmbeddingsError) -> String {
    switch error {
    case .noEmbeddings: "no embeddings: give --embeddings FILE or --projections FILE"
    case .viewsWithoutEmbeddings(_, let layer):
      "\(error): give \(layer == "h" ? "--embeddings" : "--projections") FILE"
    case .notFinite: "\(error) with --drop-nan"
    default: error.description
    }
  }
}

extension GivenEmbeddings.Missing {
  /// The flag that would give it, and the figures that need it.
  var wording: String {
    switch self {
    case .embeddings: "--embeddings: layer h"
    case .projections: "--projections: layer z, and the similarity of the two"
    case .views(let layers):
      layers.map { $0 == "h" ? "--views" : "--projection-views" }.joined(separator: " and ")
        + ": invariance, alignment, predicted rank"
    case .severalViews:
      "views of shape N×q×D: LiDAR, orbit spread, invariance between clean and view"
    case .labels: "--labels: the share of variance between classes; see also gnomon probe"
    case .model:
      "the model itself (a run folder): tangents, gains, planes, null-space energy, each augmentation alone"
    }
  }
}
