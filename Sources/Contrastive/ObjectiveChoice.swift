/// An objective by name, before it meets a head.
public enum ObjectiveChoice: Sendable, Hashable {
  case ntXent(similarity: InfoNCE.Similarity, learnsTemperature: Bool, tile: Int?)
  case decoupled
  case momentumContrast(queueLength: Int, momentum: Double)
  case spectral
  case supervised
  case alignmentUniformity(AlignmentUniformity)
  case tKernel
  case vicReg(VICReg)
  case barlowTwins(BarlowTwins)
  case sigReg(slices: Int, weight: Double)
  /// The predictor's hidden width; nil for four times z's length.
  case byol(predictor: Int?, momentum: Double)
  /// The predictor's hidden width; nil for a quarter of z's length.
  case simSiam(predictor: Int?)

  /// Another one, not all of whose terms stand at z alone.
  indirect case placed(ObjectiveChoice, LossPlaces)

  /// The momentum of MoCo's slow copies, unless said otherwise.
  static let usualQueueMomentum = 0.999
  /// The momentum of BYOL's slow copies, unless said otherwise.
  static let usualTargetMomentum = 0.99

  /// What `init(parsing:)` reads, for messages and help.
  public static let forms =
    "nt-xent (,dot ,learned ,tiled or ,tile=512), dcl, moco:QUEUE (,momentum=0.999), spectral, supcon, alignment-uniformity "
    + "(,sharpness=2 ,weight=1), t-kernel, vicreg (,invariance=25 ,variance=25 ,covariance=1), barlow-twins "
    + "(,redundancy=0.005), sigreg (,slices=1024 ,weight=0.05), byol (,predictor=WIDTH ,momentum=0.99) or simsiam "
    + "(,predictor=WIDTH); most also at h or both as in nt-xent@h, and term by term as in vicreg,covariance@h, "
    + "the terms being vicreg's three, barlow-twins' diagonal and redundancy, sigreg's invariance and normality, and "
    + "alignment and uniformity"

  /// Parses `nt-xent` with `dot`, `learned` (temperature) and `tiled` or `tile=512`; `dcl`; `moco:4096` with
  /// `momentum=0.999`; `spectral`; `supcon`; `alignment-uniformity` with `sharpness` and `weight`; `t-kernel`;
  /// `vicreg` with `invariance`, `variance` and `covariance`; `barlow-twins` with `redundancy`; `sigreg` with
  /// `slices` and `weight`; `byol` with `predictor` and `momentum`; `simsiam` with `predictor`. After the name may stand
  /// `@h`, `@both` or `@z`: where the loss is taken of embeddings; where it is a sum (`ObjectiveTerm`), an option
  /// `TERM@PLACE` places one term elsewhere.
  ///
  /// - Throws: `NotationError` for anything else.
  public init(parsing text: String) throws(NotationError) {
    var notation = Notation(
      text, kind: .objective, forms: ObjectiveChoice.forms, takesPlace: true)
    let choice = try ObjectiveChoice(unplaced: &notation)
    let places = try choice.takePlaces(&notation)
    try notation.finish(takesArgument: notation.name == "moco")
    if places.areElsewhere, let obstacle = choice.obstacleAtH {
      throw notation.error(.notAtH(notation.name, reason: obstacle))
    }
    self = choice.placed(at: places)
  }

  private init(unplaced notation: inout Notation) throws(NotationError) {
    let weights = 0...Double.greatestFiniteMagnitude
    switch notation.name {
    case "nt-xent":
      let isTiled = notation.takeFlag("tiled")
      self = .ntXent(
        similarity: notation.takeFlag("dot") ? .dot : .cosine,
        learnsTemperature: notation.takeFlag("learned"),
        tile: try notation.takeWhole("tile", from: 1) ?? (isTiled ? InfoNCE.usualTile : nil))
    case "dcl": self = .decoupled
    case "moco":
      self = .momentumContrast(
        queueLength: try notation.wholeArgument("the queue's length", from: 1, to: 1_000_000),
        momentum: try notation.takeNumber("momentum", in: 0...1)
          ?? ObjectiveChoice.usualQueueMomentum)
    case "spectral": self = .spectral
    case "supcon": self = .supervised
    case "alignment-uniformity":
      let usual = AlignmentUniformity()
      self = .alignmentUniformity(
        AlignmentUniformity(
          sharpness: try notation.takeNumber("sharpness", in: weights) ?? usual.sharpness,
          weight: try notation.takeNumber("weight", in: weights) ?? usual.weight))
    case "t-kernel": self = .tKernel
    case "vicreg":
      let usual = VICReg()
      self = .vicReg(
        VICReg(
          invariance: try notation.takeNumber("invariance", in: weights) ?? usual.invariance,
          variance: try notation.takeNumber("variance", in: weights) ?? usual.variance,
          covariance: try notation.takeNumber("covariance", in: weights) ?? usual.covariance))
    case "barlow-twins":
      let redundancy = try notation.takeNumber("redundancy", in: weights)
      self = .barlowTwins(redundancy.map { BarlowTwins(redundancy: $0) } ?? BarlowTwins())
    case "sigreg":
      self = .sigReg(
        slices: try notation.takeWhole("slices", from: 1, to: 100_000) ?? SIGReg.usualSlices,
        weight: try notation.takeNumber("weight", in: 0...1) ?? SIGReg.usualWeight)
    case "byol":
      self = .byol(
        predictor: try notation.takeWhole("predictor", from: 1),
        momentum: try notation.takeNumber("momentum", in: 0...1)
          ?? ObjectiveChoice.usualTargetMomentum)
    case "simsiam": self = .simSiam(predictor: try notation.takeWhole("predictor", from: 1))
    default: throw notation.error(.unknownName(notation.name))
    }
  }

  /// The objective itself, for z of length `dimension`; `temperature` is for those that have one.
  public func objective(dimension: Int, temperature: Double) -> any Objective {
    switch self {
    case .ntXent(let similarity, let learnsTemperature, let tile):
      InfoNCE(
        temperature: temperature, similarity: similarity, learnsTemperature: learnsTemperature,
        tile: tile)
    case .decoupled: DecoupledContrastive(temperature: temperature)
    case .momentumContrast(let queueLength, let momentum):
      MomentumContrast(
        temperature: temperature, queueLength: queueLength, dimension: dimension,
        momentum: momentum)
    case .spectral: SpectralContrastive()
    case .supervised: SupervisedContrastive(temperature: temperature)
    case .alignmentUniformity(let objective): objective
    case .tKernel: TKernelContrastive()
    case .vicReg(let objective): objective
    case .barlowTwins(let objective): objective
    case .sigReg(let slices, let weight): SIGReg(slices: slices, weight: weight)
    case .byol(let predictor, let momentum):
      BYOL(dimension: dimension, hidden: predictor ?? 4 * dimension, momentum: momentum)
    case .simSiam(let predictor):
      SimSiam(dimension: dimension, hidden: predictor ?? max(1, dimension / 4))
    case .placed(let choice, _): choice.objective(dimension: dimension, temperature: temperature)
    }
  }

  /// Whether the objective has parameters of its own.
  public var isTrained: Bool {
    switch self {
    case .ntXent(_, let learnsTemperature, _): learnsTemperature
    case .byol, .simSiam: true
    case .placed(let choice, _): choice.isTrained
    default: false
    }
  }
}
