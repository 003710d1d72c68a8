import Contrastive
import Torch
import TorchNN

/// Trains an encoder θ and the head φ of its objective, each with an optimiser of its own, which a
/// schedule lets take turns.
///
/// ```swift
/// let encoder = ResNet.resNet18(stem: .small, width: 16)
/// let objective = HeadedObjective(
///   head: .mlp(hidden: [128], output: 64), inputs: encoder.outputDimension,
///   base: InfoNCE(temperature: 0.2))
/// let trainer = Trainer(
///   encoder: encoder, objective: objective, schedule: .alternating(headSteps: 4))
/// let step = try trainer.step(on: ViewBatch(images), learningRate: 1e-3)
/// ```
public final class Trainer {
  /// What a step leaves behind.
  public struct Step {
    /// θ's loss before the step.
    public let loss: Double
    /// The head's output, (views·N)×D, view after view, cut off from the graph.
    public let z: Tensor
    /// The head's own part of that loss; nil where it has none.
    public let penalty: Double?
    /// ‖Δθ‖/‖θ‖, the length of the step over that of the parameters before; nil where it was not asked for.
    public let encoderUpdate: Double?
    /// ‖Δφ‖/‖φ‖ over all that the step did to φ; nil where it was not asked for, and where φ does not move.
    public let headUpdate: Double?
  }

  /// The encoder f_θ.
  public let encoder: any Encoder
  /// The objective L_φ, which owns the head.
  public let objective: HeadedObjective
  /// How θ and φ take turns.
  public let schedule: any HeadSchedule
  /// What changes θ.
  public let encoderOptimizer: any Optimizer
  /// What changes φ; nil where it does not move.
  public let headOptimizer: (any Optimizer)?
  /// Where encoder and objective are.
  public let device: Device
  /// What records how long the parts of a step take; nil where nothing does.
  public var profile: StepProfile?
  /// What the encoder's parameters take, and what its optimiser keeps, in bytes; for the profile.
  lazy var encoderBytes = (
    parameters: encoder.parameters.reduce(0) { $0 + $1.parameter.tensor.byteCount },
    state: encoderOptimizer.state.values.reduce(0) { $0 + $1.byteCount }
  )
  /// Steps taken, those before a resume included.
  public internal(set) var stepCount = 0
  let headMethod: OptimizerMethod
  let headWeightDecay: Double
  let slow: SlowCopies?
  private let autocast: DType?
  let encoderLimit: Int?
  private let share: ProcessShare?

  /// A trainer of modules that it moves to `device`.
  ///
  /// - Parameters:
  ///   - encoder: f_θ.
  ///   - objective: L_φ, which owns the head.
  ///   - schedule: how θ and φ take turns.
  ///   - method: how θ is changed, and φ unless `headMethod` says otherwise.
  ///   - weightDecay: the encoder's.
  ///   - headMethod: how φ is changed; nil for as θ is.
  ///   - headWeightDecay: the head's weight decay; nil for the encoder's.
  ///   - encoderLimit: how many images the encoder holds at a time; a larger batch runs through it in parts, twice
  ///     (gradient caching: exact but for batch statistics, which are then each part's), and through a slow copy in
  ///     the same parts, once. nil for all.
  ///   - bfloat16: compute the encoder's products in bf16, images channels-last; loss, head and
  ///     weights stay in float32.
  ///   - device: where encoder and objective are moved.
  ///   - processes: the group of processes that take each step together, each with its share of the batch; nil for this one alone.
  ///     All of them have to have equal modules, as `equalize()` makes them.
  ///   - batchNorm: whose images batch norms take their statistics of, where there are several processes.
  public init(
    encoder: any Encoder, objective: HeadedObjective, schedule: any HeadSchedule = Joint(),
    method: OptimizerMethod = .adamW, weightDecay: Double = 1e-4,
    headMethod: OptimizerMethod? = nil, headWeightDecay: Double? = nil, encoderLimit: Int? = nil,
    bfloat16: Bool = Runtime.hasBFloat16, device: Device = .cpu, processes: ProcessGroup? = nil,
    batchNorm: ProcessBatchNorm = .synchronized
  ) {
    let obstacle = schedule.needsSecondDerivatives ? objective.base.secondOrderObstacle : nil
    precondition(obstacle == nil, "differentiated twice: \(obstacle ?? "")")
    self.encoder = encoder
    self.objective = objective
    self.schedule = schedule
    self.device = device
    self.encoderLimit = encoderLimit
    self.headMethod = headMethod ?? method
    self.headWeightDecay = headWeightDecay ?? weightDecay
    autocast = bfloat16 ? .bfloat16 : nil
    encoder.move(to: device)
    objective.head.move(to: device)
    objective.base.module?.move(to: device)
    if bfloat16 { encoder.useChannelsLast() }
    schedule.begin(with: objective)
    slow = objective.base.targetMomentum.map {
      SlowCopies(of: encoder, objective.head, momentum: $0)
    }
    share = processes.map {
      ProcessShare(
        $0, encoder, objective, computesOwnRows: !schedule.needsSecondDerivatives,
        batchNorm: batchNorm)
    }
    encoderOptimizer = method.optimizer(of: encoder.parameters, weightDecay: weightDecay)
    let phi = objective.parameters
    headOptimizer =
      phi.isEmpty || !schedule.movesHead
      ? nil : self.headMethod.optimizer(of: phi, weightDecay: self.headWeightDecay)
  }

  /// One step of θ, and of φ what the schedule says.
  ///
  /// - Parameters:
  ///   - batch: views of the step's samples; of this process' share of them, as large as all others', where several take the step.
  ///   - learningRate: θ's.
  ///   - headLearningRate: φ's; nil for θ's.
  ///   - measuresUpdate: whether it is measured how far parameters move, for which they are copied. It changes no bit of what
  ///     they become.
  ///   - further: another batch by its number in the whole training, for schedules that want more than one.
  /// - Throws: `NonFiniteLoss`, before θ has changed, in all processes alike; `TorchError` when another process did not take part.
  public func step(
    on batch: ViewBatch, learningRate: Double, headLearningRate: Double? = nil,
    measuresUpdate: Bool = false,
    further: @escaping (Int) -> ViewBatch = { preconditionFailure("there is no batch \($0)") }
  ) throws -> Step {
    func take() throws -> Step {
      try takeStep(
        on: batch, learningRate: learningRate, headLearningRate: headLearningRate,
        measuresUpdate: measuresUpdate, further: further)
    }
    guard share != nil else { return try take() }
    // What operators do with other processes fails where one is gone.
    return try catchingTorchErrors {
      do {
        return try take()
      } catch let error as NonFiniteLoss {
        // A failure's loss is no loss.
        try checkTorchErrors()
        throw error
      }
    }
  }

  private func takeStep(
    on batch: ViewBatch, learningRate: Double, headLearningRate: Double?, measuresUpdate: Bool,
    further: @escaping (Int) -> ViewBatch
  ) throws -> Step {
    let pass = profile.span(.encoder, cost: { _ in forwardCost(of: batch.images) }) {
      EncoderPass(of: batch.images, limit: encoderLimit) { [self] in encode($0, in: share) }
    }
    let own = embedded(batch, as: pass.h, in: share)
    let embedded = share?.shared(own) ?? own
    headOptimizer?.learningRate = headLearningRate ?? learningRate
    let measuresHead = measuresUpdate && headOptimizer != nil
    let headUpdate = measuresHead ? RelativeUpdate(of: objective.parameters) : nil
    let game = HeadGame(
      objective: objective, batch: embedded, step: stepCount, optimizer: headOptimizer,
      sums: share?.sumsOfHead, further: { self.embedded(further($0)) })
    let turn = try profile.span(.schedule) {
      try share?.taking { try schedule.turn(game) } ?? schedule.turn(game)
    }
    profile.span(.backward, cost: { _ in backwardCost(of: batch.images) }) {
      pass.backward(
        from: share?.own(of: turn.gradient, in: own) ?? turn.gradient,
        expecting: share?.sumsOfEncoder)
    }
    // Waited for no earlier: meanwhile a device goes the way back.
    let loss = try profile.span(.loss) {
      let loss = try finiteLoss(of: turn)
      try checkTorchErrors()
      turn.lastMove?()
      return loss
    }
    let headMoved = headUpdate?.value
    if let share { profile.span(.processes) { share.sumsOfEncoder.finish() } }
    try checkTorchErrors()
    encoderOptimizer.learningRate = learningRate
    let encoderUpdate =
      measuresUpdate ? profile.span(.updates) { RelativeUpdate(of: encoder.parameters) } : nil
    profile.span(.optimizer, cost: { _ in optimizerCost }) {
      encoderOptimizer.step()
      encoderOptimizer.clearGradients()
      slow?.update()
    }
    objective.base.finishStep(on: embedded.whole.replacingEmbeddings(by: turn.z))
    stepCount += 1
    return Step(
      loss: loss, z: turn.z, penalty: turn.penalty,
      encoderUpdate: encoderUpdate.flatMap { update in profile.span(.updates) { update.value } },
      headUpdate: headMoved)
  }

  /// θ's loss; where it is no finite number, the gradients that came of it are forgotten.
  private func finiteLoss(of turn: HeadTurn) throws(NonFiniteLoss) -> Double {
    do throws(NonFiniteLoss) {
      return try turn.finiteLoss()
    } catch {
      // What has begun in other processes too is brought to its end.
      share?.sumsOfEncoder.finish()
      if turn.lastMove != nil { share?.sumsOfHead?.finish() }
      encoderOptimizer.clearGradients()
      headOptimizer?.clearGradients()
      throw error
    }
  }

  /// One step on two views a sample: 2N×3×H×W in 0…1, first all first views, then all second ones.
  public func step(on views: Tensor, learningRate: Double) throws -> Step {
    try step(on: ViewBatch(views), learningRate: learningRate)
  }

  /// A batch at h, as θ now sees it, without gradients and without a trace in running statistics: one that all processes have between
  /// them, or this one's batch alone.
  func embedded(_ batch: ViewBatch, alone: Bool = false) -> EmbeddedViews {
    withoutRunningStatistics {
      let group = alone ? nil : share
      let own = embedded(batch, as: encodeInParts(batch.images, in: group), in: group)
      return group?.shared(own) ?? own
    }
  }

  private func embedded(
    _ batch: ViewBatch, as h: Tensor, in group: ProcessShare?
  ) -> EmbeddedViews {
    let targets = slow.map { slow in
      profile.span(.encoder, cost: { _ in forwardCost(of: batch.images) }) {
        slow.targets(
          of: batch.images, encode: { encodeInParts($0, in: group) },
          project: { h in withBatchStatistics(over: group?.statistics) { objective.head(h) } })
      }
    }
    return EmbeddedViews(
      h, views: batch.views, labels: batch.labels, targets: targets, sharedBy: group?.group)
  }

  /// Gives all processes what the one of rank 0 has: weights, running statistics, what optimisers and slow copies hold.
  ///
  /// - Throws: `TorchError` when another process did not take part.
  public func equalize() throws(TorchError) { try share?.equalize(state) }

  private func encodeInParts(_ images: Tensor, in group: ProcessShare?) -> Tensor {
    EncoderPass.embeddings(of: images, limit: encoderLimit) { encode($0, in: group) }
  }

  private func encode(_ images: Tensor, in group: ProcessShare?) -> Tensor {
    let input = autocast == nil ? images.contiguous() : images.channelsLast()
    let h = withBatchStatistics(over: group?.statistics) {
      withAutocast(autocast, on: device) { encoder(input) }
    }
    return h.dtype == .float64 ? h : h.to(.float32)
  }
}
