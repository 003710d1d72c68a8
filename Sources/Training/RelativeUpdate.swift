import Torch
import TorchNN

/// How far parameters move, ‖w′ − w‖/‖w‖: the Euclidean length of their change over that of what they were, all of
/// them taken as one vector. It is what a learning rate comes to, whatever the optimiser, and compares between encoders, heads and schedules.
struct RelativeUpdate {
  private let parameters: [Parameter]
  private let before: [Tensor]

  /// Remembers the values that parameters now have.
  init(of parameters: [(name: String, parameter: Parameter)]) {
    self.parameters = parameters.map(\.parameter)
    before = withoutGradients { parameters.map { $0.parameter.tensor.detached().copied() } }
  }

  /// The change since; nil where there was nothing, or nothing but zeros. Each parameter's length is in its own
  /// precision, their sum in float64.
  var value: Double? {
    withoutGradients {
      let length = RelativeUpdate.length(before)
      let changes = zip(parameters, before).map { $0.tensor.detached() - $1 }
      return length > 0 ? RelativeUpdate.length(changes) / length : nil
    }
  }

  private static func length(_ tensors: [Tensor]) -> Double {
    let squares = tensors.map { $0.norm().to(.float64).squared() }
    return squares.isEmpty ? 0 : squares.dropFirst().reduce(squares[0], +).item.squareRoot()
  }
}
