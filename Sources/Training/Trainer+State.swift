import Torch
import TorchNN

/// All tensors that continue a training, under names with a prefix for whose they are.
extension Trainer {
  /// Weights as `encoder.…`, `head.…` and `objective.…`, optimisers' tensors as `encoder_optimizer.…` and
  /// `head_optimizer.…`, slow copies as `slow_encoder.…` and `slow_head.…`, the schedule's as `schedule.…`.
  public var state: [String: Tensor] {
    var state: [String: Tensor] = [:]
    for part in parts {
      for (name, tensor) in part.state { state["\(part.prefix).\(name)"] = tensor }
    }
    return state
  }

  /// Copies in what `state` gave, after `step` steps.
  ///
  /// - Throws: `TorchError` naming the first tensor that is missing, unknown or of another shape.
  public func load(_ state: [String: Tensor], step: Int = 0) throws(TorchError) {
    for part in parts {
      do throws(TorchError) {
        try part.load(state.removingPrefix("\(part.prefix)."))
      } catch {
        throw TorchError("\(part.prefix): \(error)")
      }
    }
    objective.base.restoreBounds()
    stepCount = step
  }

  private struct Part {
    let prefix: String
    let state: [String: Tensor]
    let load: ([String: Tensor]) throws(TorchError) -> Void
  }

  private var parts: [Part] {
    var parts = [
      part("encoder", encoder), part("head", objective.head),
      Part(
        prefix: "encoder_optimizer", state: encoderOptimizer.state, load: encoderOptimizer.load),
    ]
    if let module = objective.base.module { parts.append(part("objective", module)) }
    if let headOptimizer {
      parts.append(
        Part(prefix: "head_optimizer", state: headOptimizer.state, load: headOptimizer.load))
    }
    if let slow {
      parts.append(
        Part(prefix: "slow_encoder", state: slow.encoder.state, load: slow.encoder.load))
      parts.append(Part(prefix: "slow_head", state: slow.head.state, load: slow.head.load))
    }
    // After φ, which a schedule may begin from.
    parts.append(Part(prefix: "schedule", state: schedule.state, load: schedule.load))
    return parts
  }

  private func part(_ prefix: String, _ module: Module) -> Part {
    Part(prefix: prefix, state: module.state, load: module.load)
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
