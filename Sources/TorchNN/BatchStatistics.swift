import Torch

extension Module {
  /// Gives every batch norm below this module the mean and variance of one batch as its running statistics: what it would
  /// have settled at, had nothing been learned.
  ///
  /// - Parameter pass: takes the batch through the module, in training mode and without gradients.
  public func settleStatistics(by pass: () -> Void) {
    let norms = withAllSubmodules.compactMap { $0 as? BatchNorm }
    guard !norms.isEmpty else { return }
    let momenta = norms.map(\.momentum)
    for norm in norms { norm.momentum = 1 }
    inMode(training: true, [self]) { withoutGradients(pass) }
    for (norm, momentum) in zip(norms, momenta) { norm.momentum = momentum }
  }
}
