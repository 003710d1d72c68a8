import Torch
import TorchNN

/// All tensors that continue a training, under names with a prefix for whose they are.
extension Trainer {
  /// Weights as `encoder.…`, `head.…` and `objective.…`, optimisers' tensors as `encoder_optimizer.…` and
  /// `head_optimizer.…`, slow copies as `slow_encoder.…` and `slow_head.…`, the schedule's as `schedule.…`.
  /// They share memory with the trainer.
  public var state: [String: Tensor] {
    let parts: [String: [String: Tensor]?] = [
      "encoder": encoder.state, "head": objective.head.state,
      "objective": objective.base.module?.state, "encoder_optimizer": encoderOptimizer.state,
      "head_optimizer": headOptimizer?.state, "schedule": schedule.state,
      "slow_encoder": slow?.encoder.state, "slow_head": slow?.head.state,
    ]
    return parts.reduce(into: [:]) { state, part in
      // Prefixes differ up to the dot, so no name comes twice.
      state.merge((part.value ?? [:]).addingPrefix("\(part.key).")) { own, _ in own }
    }
  }

  /// Copies in what `state` gave, after `step` steps.
  ///
  /// Where a schedule averages what the objective learns and `state` is of a time when it did not, the average begins
  /// at the objective's parameter.
  ///
  /// - Throws: `StateMismatch` for names that are missing or unknown and for other shapes, in any part; then
  ///   nothing has changed.
  public func load(_ state: [String: Tensor], step: Int = 0) throws(StateMismatch) {
    let own = self.state
    var whole = state
    for name in own.keys where name.hasPrefix("schedule.objective.") && state[name] == nil {
      whole[name] = state[String(name.dropFirst("schedule.".count))]
    }
    try own.assign(from: whole)
    objective.base.restoreBounds()
    stepCount = step
  }
}
