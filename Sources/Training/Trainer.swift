import Contrastive
import Torch
import TorchNN

/// Trains an encoder θ and the head φ of its objective, each with an optimiser of its own.
///
/// ```swift
/// let encoder = ResNet.resNet18(stem: .small, width: 16)
/// let objective = HeadedObjective(
///   head: .mlp(hidden: [128], output: 64), inputs: encoder.outputDimension,
///   base: InfoNCE(temperature: 0.2))
/// let trainer = Trainer(encoder: encoder, objective: objective)
/// let step = try trainer.step(on: views, learningRate: 1e-3)
/// ```
public final class Trainer {
  /// How parameters are changed.
  public enum Method: Sendable {
    case sgd(momentum: Double)
    case lars(momentum: Double)
    case adamW
  }

  /// What a step leaves behind.
  public struct Step {
    /// The loss before the step.
    public let loss: Double
    /// The head's output, 2N×D, first all first views, then all second ones, cut off from the graph.
    public let z: Tensor
  }

  /// The encoder f_θ.
  public let encoder: any Encoder
  /// The objective L_φ, which owns the head.
  public let objective: HeadedObjective
  /// What changes θ.
  public let encoderOptimizer: any Optimizer
  /// What changes φ; nil without a head.
  public let headOptimizer: (any Optimizer)?
  /// Where encoder and objective are.
  public let device: Device
  private let autocast: DType?
  private let headLearningRateFactor: Double

  /// A trainer of modules that it moves to `device`.
  ///
  /// - Parameters:
  ///   - bfloat16: compute the encoder's products in bf16, images channels-last; loss, head and
  ///     weights stay in float32.
  ///   - headLearningRateFactor: the head's learning rate over the encoder's.
  ///   - headWeightDecay: the head's weight decay; nil for the encoder's.
  public init(
    encoder: any Encoder, objective: HeadedObjective, method: Method = .adamW,
    weightDecay: Double = 1e-4, headLearningRateFactor: Double = 1, headWeightDecay: Double? = nil,
    bfloat16: Bool = Runtime.hasBFloat16, device: Device = .cpu
  ) {
    self.encoder = encoder
    self.objective = objective
    self.device = device
    self.headLearningRateFactor = headLearningRateFactor
    autocast = bfloat16 ? .bfloat16 : nil
    encoder.move(to: device)
    objective.head.move(to: device)
    if bfloat16 { encoder.useChannelsLast() }
    encoderOptimizer = method.optimizer(of: encoder.parameters, weightDecay: weightDecay)
    let headParameters = objective.head.parameters
    headOptimizer =
      headParameters.isEmpty
      ? nil : method.optimizer(of: headParameters, weightDecay: headWeightDecay ?? weightDecay)
  }

  /// One joint step on θ and φ.
  ///
  /// - Parameter views: images 2N×3×H×W in 0…1, first all first views, then all second ones.
  /// - Throws: `NonFiniteLoss`, before anything has changed.
  public func step(on views: Tensor, learningRate: Double) throws(NonFiniteLoss) -> Step {
    let input = autocast == nil ? views.contiguous() : views.channelsLast()
    let h = withAutocast(autocast, on: device) { encoder(input) }.to(.float32)
    let (loss, z) = objective.loss(of: h, views: 2)
    let value = loss.item
    guard value.isFinite else { throw NonFiniteLoss(value: value) }
    loss.backward()
    encoderOptimizer.learningRate = learningRate
    headOptimizer?.learningRate = learningRate * headLearningRateFactor
    encoderOptimizer.step()
    headOptimizer?.step()
    encoderOptimizer.clearGradients()
    headOptimizer?.clearGradients()
    return Step(loss: value, z: z.detached())
  }
}

/// A loss that is no finite number.
public struct NonFiniteLoss: Error, Equatable {
  /// NaN or an infinity.
  public let value: Double

  public static func == (left: NonFiniteLoss, right: NonFiniteLoss) -> Bool {
    left.value.bitPattern == right.value.bitPattern
  }
}

extension Trainer.Method {
  fileprivate func optimizer(
    of parameters: [(name: String, parameter: Parameter)], weightDecay: Double
  ) -> any Optimizer {
    switch self {
    case .sgd(let momentum):
      SGD(parameters, learningRate: 0, momentum: momentum, weightDecay: weightDecay)
    case .lars(let momentum):
      LARS(parameters, learningRate: 0, momentum: momentum, weightDecay: weightDecay)
    case .adamW: AdamW(parameters, learningRate: 0, weightDecay: weightDecay)
    }
  }
}

/// All tensors that continue a training, under names with a prefix for whose they are.
extension Trainer {
  /// Weights as `encoder.…` and `head.…`, optimisers' tensors as `encoder_optimizer.…` and
  /// `head_optimizer.…`.
  public var state: [String: Tensor] {
    var state: [String: Tensor] = [:]
    for part in parts {
      for (name, tensor) in part.state { state["\(part.prefix).\(name)"] = tensor }
    }
    return state
  }

  /// Copies in what `state` gave.
  ///
  /// - Throws: `TorchError` naming the first tensor that is missing, unknown or of another shape.
  public func load(_ state: [String: Tensor]) throws(TorchError) {
    for part in parts {
      do throws(TorchError) {
        try part.load(state.removingPrefix("\(part.prefix)."))
      } catch {
        throw TorchError("\(part.prefix): \(error)")
      }
    }
  }

  private struct Part {
    let prefix: String
    let state: [String: Tensor]
    let load: ([String: Tensor]) throws(TorchError) -> Void
  }

  private var parts: [Part] {
    let head = objective.head
    var parts = [
      Part(prefix: "encoder", state: encoder.state, load: encoder.load),
      Part(prefix: "head", state: head.state, load: head.load),
      Part(
        prefix: "encoder_optimizer", state: encoderOptimizer.state, load: encoderOptimizer.load),
    ]
    if let headOptimizer {
      parts.append(
        Part(prefix: "head_optimizer", state: headOptimizer.state, load: headOptimizer.load))
    }
    return parts
  }
}

extension [String: Tensor] {
  /// The entries whose names begin with `prefix`, under the rest of their names.
  package func removingPrefix(_ prefix: String) -> [String: Tensor] {
    var rest: [String: Tensor] = [:]
    for (name, tensor) in self where name.hasPrefix(prefix) {
      rest[String(name.dropFirst(prefix.count))] = tensor
    }
    return rest
  }
}
