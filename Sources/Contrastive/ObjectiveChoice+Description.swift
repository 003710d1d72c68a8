extension ObjectiveChoice: CustomStringConvertible {
  /// The one text of a value, without what is usual, that `init(parsing:)` reads back as an equal value.
  public var description: String {
    let places = self.places
    return name + places.suffix + options + places.options
  }

  /// What stands before the first comma, but for the place.
  private var name: String {
    switch self {
    case .ntXent: "nt-xent"
    case .decoupled: "dcl"
    case .momentumContrast(let queueLength, _): "moco:\(queueLength)"
    case .spectral: "spectral"
    case .supervised: "supcon"
    case .alignmentUniformity: "alignment-uniformity"
    case .tKernel: "t-kernel"
    case .vicReg: "vicreg"
    case .barlowTwins: "barlow-twins"
    case .sigReg: "sigreg"
    case .byol: "byol"
    case .simSiam: "simsiam"
    case .placed(let choice, _): choice.name
    }
  }

  private var options: String {
    switch self {
    case .ntXent(let similarity, let learnsTemperature, let tile):
      (similarity == .dot ? ",dot" : "") + (learnsTemperature ? ",learned" : "")
        + (tile.map { $0 == InfoNCE.usualTile ? ",tiled" : ",tile=\($0)" } ?? "")
    case .decoupled, .spectral, .supervised, .tKernel: ""
    case .momentumContrast(_, let momentum):
      option("momentum", momentum, usual: Self.usualQueueMomentum)
    case .alignmentUniformity(let objective):
      option("sharpness", objective.sharpness, usual: AlignmentUniformity().sharpness)
        + option("weight", objective.weight, usual: AlignmentUniformity().weight)
    case .vicReg(let objective):
      option("invariance", objective.invariance, usual: VICReg().invariance)
        + option("variance", objective.variance, usual: VICReg().variance)
        + option("covariance", objective.covariance, usual: VICReg().covariance)
    case .barlowTwins(let objective):
      option("redundancy", objective.redundancy, usual: BarlowTwins().redundancy)
    case .sigReg(let slices, let weight):
      option("slices", slices, usual: SIGReg.usualSlices)
        + option("weight", weight, usual: SIGReg.usualWeight)
    case .byol(let predictor, let momentum):
      option("predictor", predictor, usual: nil)
        + option("momentum", momentum, usual: Self.usualTargetMomentum)
    case .simSiam(let predictor): option("predictor", predictor, usual: nil)
    case .placed(let choice, _): choice.options
    }
  }

  private func option<Value: Equatable>(_ key: String, _ value: Value?, usual: Value?) -> String {
    guard let value, value != usual else { return "" }
    return ",\(key)=\(value)"
  }
}
