import Datasets

/// What `gnomon data inspect --json` prints.
struct InspectionDocument: Encodable {
  let schema = 1
  let splits: [String: Split]
  /// Absent for images that are generated.
  let sizes: Sizes?
  let duplicates: Duplicates
  let skipped: [Skipped]
  let remarks: [String]

  struct Split: Encodable {
    let name: String
    let count: Int
    let width: Int
    let height: Int
    /// Absent without labels.
    let classes: [Class]?
    let factors: [String]
    let mean: [Double]
    let deviation: [Double]
    /// Absent where a channel does not vary.
    let normalise: String?
  }

  struct Class: Encodable {
    let name: String
    let count: Int
  }

  struct Sizes: Encodable {
    let images: Int
    let width: ImageSizes.Spread
    let height: ImageSizes.Spread
  }

  struct Duplicates: Encodable {
    let leastCorrelation: Float
    let exactWithinTrain: Int
    let exactWithinHeldOut: Int
    let exactAcross: Int
    /// Of the images that probes are fitted on; absent where these are those that are trained on.
    let exactWithinFitted: Int?
    let exactAcrossFitted: Int?
    let nearWithinFitted: Int?
    let nearAcrossFitted: Int?
    let nearWithinTrain: Int
    let nearWithinHeldOut: Int
    let nearAcross: Int
    let conflictingLabels: Int
    /// The pairs, at most `pairLimit` of them, those across the splits first.
    let pairs: [Pair]

    enum CodingKeys: String, CodingKey {
      case leastCorrelation = "least_correlation"
      case exactWithinTrain = "exact_within_train"
      case exactWithinHeldOut = "exact_within_held_out"
      case exactAcross = "exact_across"
      case exactWithinFitted = "exact_within_fitted"
      case exactAcrossFitted = "exact_across_fitted"
      case nearWithinFitted = "near_within_fitted"
      case nearAcrossFitted = "near_across_fitted"
      case nearWithinTrain = "near_within_train"
      case nearWithinHeldOut = "near_within_held_out"
      case nearAcross = "near_across"
      case conflictingLabels = "conflicting_labels"
      case pairs
    }
  }

  struct Pair: Encodable {
    let first: Place
    let second: Place
    /// 1 where the images are equal.
    let correlation: Float
  }

  struct Place: Encodable {
    let split: ImageDuplicates.Split
    let index: Int

    init(_ place: ImageDuplicates.Place) {
      split = place.split
      index = place.index
    }
  }

  struct Skipped: Encodable {
    let path: String
    let reason: String
  }

  /// The most pairs that are listed.
  static let pairLimit = 10_000

  init(_ inspection: DatasetInspection, of splits: DatasetSplits, sizes: ImageSizes) {
    var described = [
      "train": Split(inspection.train, of: splits.train),
      "held_out": Split(inspection.heldOut, of: splits.heldOut),
    ]
    described["fitted"] = inspection.fitted.map { Split($0, of: splits.fitted) }
    self.splits = described
    if let width = sizes.widths, let height = sizes.heights {
      self.sizes = Sizes(images: sizes.count, width: width, height: height)
    } else {
      self.sizes = nil
    }
    duplicates = Duplicates(inspection)
    skipped = splits.skipped.map { Skipped(path: $0.path, reason: $0.reason) }
    remarks = splits.remarks
  }
}

extension InspectionDocument.Split {
  init(_ split: DatasetInspection.Split, of images: ImageDataset) {
    name = split.name
    count = split.count
    width = images.width
    height = images.height
    classes =
      split.classNames.isEmpty
      ? nil
      : zip(split.classNames, split.classCounts).map {
        InspectionDocument.Class(name: $0, count: $1)
      }
    factors = split.factorNames
    mean = split.channels.mean
    deviation = split.channels.deviation
    normalise = split.channels.normalise
  }
}

extension InspectionDocument.Duplicates {
  init(_ inspection: DatasetInspection) {
    let found = inspection.duplicates
    leastCorrelation = ImageDuplicates.leastCorrelation
    exactWithinTrain = found.exactWithin(.train)
    exactWithinHeldOut = found.exactWithin(.heldOut)
    exactAcross = found.exactAcross(from: .train)
    nearWithinTrain = found.nearWithin(.train)
    nearWithinHeldOut = found.nearWithin(.heldOut)
    nearAcross = found.nearAcross(from: .train)
    let isFittedApart = inspection.fitted != nil
    exactWithinFitted = isFittedApart ? found.exactWithin(.fitted) : nil
    exactAcrossFitted = isFittedApart ? found.exactAcross(from: .fitted) : nil
    nearWithinFitted = isFittedApart ? found.nearWithin(.fitted) : nil
    nearAcrossFitted = isFittedApart ? found.nearAcross(from: .fitted) : nil
    conflictingLabels = inspection.conflictCount
    let all = found.exact + found.near
    pairs = (all.filter(\.crosses) + all.filter { !$0.crosses })
      .prefix(InspectionDocument.pairLimit).map { pair in
        InspectionDocument.Pair(
          first: InspectionDocument.Place(pair.first),
          second: InspectionDocument.Place(pair.second), correlation: pair.correlation ?? 1)
      }
  }
}
