import Runs

/// A run that takes a second: a thin network on a few small images.
func tinyRun(_ change: (inout RunConfiguration) -> Void = { _ in }) -> RunConfiguration {
  var configuration = RunConfiguration()
  configuration.imageSize = 16
  configuration.width = 4
  configuration.head = .mlp(hidden: [16], output: 8)
  configuration.trainCount = 80
  configuration.heldOutCount = 60
  configuration.batchSize = 16
  configuration.steps = 20
  configuration.threads = 1
  change(&configuration)
  return configuration
}
