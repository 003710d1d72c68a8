import TorchNN

/// How parameters are changed.
public enum OptimizerMethod: Sendable, Equatable {
  case sgd(momentum: Double)
  case lars(momentum: Double)
  case adamW

  func optimizer(
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
