/// How many held-out samples each kind of figure is measured on, at most. What a figure was measured
/// on stands in its convention: `n`, `k`, `rank` and `views`.
///
/// The samples are the first of one fixed random order of the held-out images, the same for every run on
/// the same data; a smaller sample is the beginning of a larger one.
public struct MeasurementSizes: Sendable, Equatable {
  /// Spectra, invariance under the whole policy, intrinsic dimension, similarity of layers, null-space
  /// energy.
  public var samples = 2_000
  /// Invariance under the whole policy at fixed strengths.
  public var fixedStrengthSamples = 2_000
  /// Samples that are transformed by known amounts, and those that are turned by quarters; a multiple of 25.
  public var transformationSamples = 300
  /// Amounts that each of these is transformed by.
  public var transformationViews = 4
  /// Samples of LiDAR, orbit spread, and the decoding of augmentation parameters.
  public var orbitSamples = 500
  /// Views of each of these.
  public var orbitViews = 10
  /// Invariance under one part of the policy alone.
  public var partSamples = 256
  /// Tangents along generators and factors, and the factors' planes.
  public var tangentSamples = 128
  /// Paths along generators.
  public var pathSamples = 128
  /// Points at which local planes are taken, of the data and of the head.
  public var anchors = 256
  /// k of the data's local planes.
  public var neighborCount = 30

  /// The ranks r over which planes are compared, as far as the dimensions allow.
  public static let ranks = [1, 2, 3, 5, 8, 13, 21]
  /// The rank of the figures that name none.
  public static let usualRank = 5

  /// What is measured on at the end of a run, and by `gnomon geometry`.
  public static let full = MeasurementSizes()

  /// What an untrained network is measured on: as many samples as the network itself where a figure depends on their number,
  /// fewer where it is a mean over samples or points.
  static let untrained: MeasurementSizes = {
    var sizes = MeasurementSizes.full
    sizes.fixedStrengthSamples = 256
    sizes.partSamples = 64
    sizes.tangentSamples = 32
    sizes.pathSamples = 32
    sizes.anchors = 64
    return sizes
  }()

  /// What is measured on along training: fewer samples and points.
  public static func light(samples: Int) -> MeasurementSizes {
    var sizes = MeasurementSizes()
    sizes.samples = samples
    sizes.anchors = 32
    sizes.tangentSamples = 0
    return sizes
  }
}
