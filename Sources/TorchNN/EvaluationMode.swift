/// Runs `body` with modules in evaluation mode, and puts each of their parts back into the mode it was in.
public func inEvaluationMode<Result, Failure: Error>(
  _ modules: [Module], _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  try inMode(training: false, modules, body)
}

/// The same with modules in training or evaluation mode.
func inMode<Result, Failure: Error>(
  training isTraining: Bool, _ modules: [Module], _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let modes = modules.flatMap(\.withAllSubmodules).map { (module: $0, isTraining: $0.isTraining) }
  for module in modules { module.train(isTraining) }
  defer {
    for mode in modes { mode.module.isTraining = mode.isTraining }
  }
  return try body()
}
