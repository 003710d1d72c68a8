/// What is in a data set: how many images of which classes, how bright, and which are there twice.
public struct DatasetInspection: Sendable {
  /// One split.
  public struct Split: Sendable {
    /// What its images are: "photos train", for example.
    public let name: String
    /// The number of images.
    public let count: Int
    /// How many images each class has, in the order of the class names; empty without labels.
    public let classCounts: [Int]
    /// The names of the classes.
    public let classNames: [String]
    /// The names of the known factors.
    public let factorNames: [String]
    /// Mean and deviation of the channels.
    public let channels: ChannelStatistics

    /// Looks through the images of a split.
    public init(of dataset: ImageDataset) {
      name = dataset.name
      count = dataset.count
      classNames = dataset.labels.isEmpty ? [] : dataset.classNames
      factorNames = dataset.factors.map(\.name)
      channels = ChannelStatistics(of: dataset)
      var counts = [Int](repeating: 0, count: classNames.count)
      for label in dataset.labels { counts[label] += 1 }
      classCounts = counts
    }

    /// The images of the smallest and the largest class; nil without labels.
    public var extremes: (least: Int, most: Int)? {
      guard let least = classCounts.min(), let most = classCounts.max() else { return nil }
      return (least, most)
    }
  }

  /// The images to train on.
  public let train: Split
  /// The images that training never sees.
  public let heldOut: Split
  /// The images that probes are fitted on, where these are not those that are trained on.
  public let fitted: Split?
  /// Images that are there more than once.
  public let duplicates: ImageDuplicates
  /// How many images have another label than one before them that is equal.
  public let conflictCount: Int

  /// Looks through a data set.
  public init(of splits: DatasetSplits) {
    train = Split(of: splits.train)
    heldOut = Split(of: splits.heldOut)
    fitted = splits.fittedApart.map(Split.init)
    duplicates = ImageDuplicates(
      train: splits.train, heldOut: splits.heldOut, fitted: splits.fittedApart)
    func label(_ place: ImageDuplicates.Place) -> Int? {
      let labels = splits.images(of: place.split).labels
      return labels.isEmpty ? nil : labels[place.index]
    }
    let conflicts = duplicates.exact.filter { pair in
      guard let first = label(pair.first), let second = label(pair.second) else { return false }
      return first != second
    }
    conflictCount = Set(conflicts.map(\.second)).count
  }
}

extension DatasetSplits {
  /// The images of a split.
  package func images(of split: ImageDuplicates.Split) -> ImageDataset {
    switch split {
    case .train: train
    case .fitted: fitted
    case .heldOut: heldOut
    }
  }
}
