import Augmentations

/// Which of some samples' views have to go through the network, and where each view's embedding is then found.
struct DistinctViews {
  /// The views that have to, sample after sample.
  private(set) var fresh: [(sample: Int, parameters: ViewParameters)] = []
  /// The samples whose image as it is is known, and one of the views.
  private(set) var known: [Int] = []
  /// Of each view, for each sample, the place of its embedding among those of `fresh` and then of `known`.
  let places: [[Int]]

  /// - Parameters:
  ///   - samples: the samples.
  ///   - parameters: of their views, first all first views, then all second ones.
  ///   - untouched: those of an image as it is.
  ///   - images: whose embeddings are there.
  init(
    of samples: [Int], _ parameters: [ViewParameters], asTheyAre untouched: ViewParameters,
    known images: KnownImages?
  ) {
    enum Place {
      case fresh(Int)
      case known(Int)
    }
    let count = samples.isEmpty ? 0 : parameters.count / samples.count
    var found: [[Place]] = Array(repeating: [], count: count)
    for (index, sample) in samples.enumerated() {
      let first = fresh.count
      let isKnown = images?.contains(sample) ?? false
      var isUsed = false
      for view in 0..<count {
        let own = parameters[view * samples.count + index]
        if isKnown, own == untouched {
          if !isUsed { known.append(sample) }
          isUsed = true
          found[view].append(.known(known.count - 1))
        } else if let same = fresh[first...].firstIndex(where: { $0.parameters == own }) {
          found[view].append(.fresh(same))
        } else {
          found[view].append(.fresh(fresh.count))
          fresh.append((sample, own))
        }
      }
    }
    let start = fresh.count
    places = found.map { places in
      places.map { place in
        switch place {
        case .fresh(let index): index
        case .known(let index): start + index
        }
      }
    }
  }
}
