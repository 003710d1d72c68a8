import Records

/// The measures that Gnomon has, in the order of the tables.
public enum StandardMeasures {
  /// All of them.
  public static let all: [any Measure] = [
    LinearProbeAccuracy(), MLPProbeAccuracy(), NearestNeighborAccuracy(), KnownFactors(),
    AugmentationDecoding(), TransformationProbes(),
    SpectrumAndRanks(), LidarRank(), WeightNorm(),
    InvarianceToPolicy(), OrbitSpread(), PathsOfGenerators(), Alignment(), Uniformity(),
    TangentsAlongTransformations(), GainBetweenClasses(),
    TangentPlanes(), RemovedEnergy(), RegionsOfTheHead(), BetweenClassShare(),
    TheoryOfLinearHeads(),
    IntrinsicDimensions(),
    Normality(),
    LayerSimilarity(), NeighborAgreement(), LayerShapes(),
  ]
}

extension FigureCatalogue {
  /// What the standard measures fill in.
  public static let standard = FigureCatalogue(StandardMeasures.all.flatMap(\.figures))
}
