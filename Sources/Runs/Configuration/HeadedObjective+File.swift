import Contrastive
import Torch
import TorchNN

extension HeadedObjective {
  /// Takes φ from a safetensors file: a checkpoint's `head.…` and `objective.…`, or the tensors of a head alone. What
  /// the base objective learns stays as it is where the file has nothing for it.
  ///
  /// - Throws: `ConfigurationError` naming the file.
  func loadParameters(from path: String) throws(ConfigurationError) {
    do {
      let tensors = try SafeTensors(path: path).tensors
      let ofHead = tensors.removingPrefix("head.")
      try head.load(ofHead.isEmpty ? tensors : ofHead)
      try loadBaseParameters(tensors.removingPrefix("objective."))
    } catch {
      throw .headWeights(path: path, reason: "\(error)")
    }
  }

  private func loadBaseParameters(_ tensors: [String: Tensor]) throws(StateMismatch) {
    guard let module = base.module else { return }
    let names = module.parameters.map(\.name)
    guard names.contains(where: { tensors[$0] != nil }) else { return }
    // Buffers are no part of φ: a queue or running statistics stay the objective's own.
    var state = module.state
    for name in names { state[name] = tensors[name] }
    try module.load(state)
    base.restoreBounds()
  }
}
