extension ObjectiveChoice: CustomStringConvertible {
  /// The one text of a value, without what is usual, that `init(parsing:)` reads back as an equal value.
  public var description: String {
    switch self {
    case .ntXent(let similarity, let learnsTemperature, let tile):
      "nt-xent" + (similarity == .dot ? ",dot" : "") + (learnsTemperature ? ",learned" : "")
        + (tile.map { $0 == InfoNCE.usualTile ? ",tiled" : ",tile=\($0)" } ?? "")
    case .decoupled: "dcl"
    case .momentumContrast(let queueLength, let momentum):
      "moco:\(queueLength)" + option("momentum", momentum, usual: Self.usualQueueMomentum)
    case .spectral: "spectral"
    case .supervised: "supcon"
    case .alignmentUniformity(let objective):
      "alignment-uniformity"
        + option("sharpness", objective.sharpness, usual: AlignmentUniformity().sharpness)
        + option("weight", objective.weight, usual: AlignmentUniformity().weight)
    case .tKernel: "t-kernel"
    case .vicReg(let objective):
      "vicreg" + option("invariance", objective.invariance, usual: VICReg().invariance)
        + option("variance", objective.variance, usual: VICReg().variance)
        + option("covariance", objective.covariance, usual: VICReg().covariance)
    case .barlowTwins(let objective):
      "barlow-twins" + option("redundancy", objective.redundancy, usual: BarlowTwins().redundancy)
    case .sigReg(let slices, let weight):
      "sigreg" + option("slices", slices, usual: SIGReg.usualSlices)
        + option("weight", weight, usual: SIGReg.usualWeight)
    case .byol(let predictor, let momentum):
      "byol" + option("predictor", predictor, usual: nil)
        + option("momentum", momentum, usual: Self.usualTargetMomentum)
    case .simSiam(let predictor): "simsiam" + option("predictor", predictor, usual: nil)
    }
  }

  private func option<Value: Equatable>(_ key: String, _ value: Value?, usual: Value?) -> String {
    guard let value, value != usual else { return "" }
    return ",\(key)=\(value)"
  }
}
