import Contrastive
import Torch

extension GraphBuilder {
  /// Adds a projection head, its weights under `head.` and `ProjectionHead`'s names.
  mutating func addHead(_ head: ProjectionHead, _ input: String, output: String) {
    let operations = head.operations
    var value = input
    for (index, operation) in operations.enumerated() {
      let name = index + 1 == operations.count ? output : "head.\(index)"
      value = add(operation, value, "head.\(index)", output: name)
    }
  }

  private mutating func add(
    _ operation: HeadOperation, _ input: String, _ name: String, output: String
  ) -> String {
    switch operation {
    case .linear(let weight, let bias):
      let offset = bias.map { [constant($0, "\(name).bias")] } ?? []
      return add(
        "Gemm", [input, constant(weight, "\(name).weight")] + offset, output,
        [.integer("transB", 1)])
    case .batchNorm(let scale, let offset, let mean, let variance, let epsilon):
      let vectors = [
        constant(scale, "\(name).weight"), constant(offset, "\(name).bias"),
        constant(mean, "\(name).running_mean"), constant(variance, "\(name).running_var"),
      ]
      return add(
        "BatchNormalization", [input] + vectors, output, [.real("epsilon", epsilon)])
    case .activation(.relu): return add("Relu", [input], output)
    case .activation(.tanh): return add("Tanh", [input], output)
    case .activation(.sigmoid): return add("Sigmoid", [input], output)
    case .activation(.gelu): return gelu(input, output)
    case .unitLength:
      return add("LpNormalization", [input], output, [.integer("axis", 1), .integer("p", 2)])
    case .firstCoordinates(let count): return firstCoordinates(count, input, output)
    case .scaling(let weights):
      let kept = firstCoordinates(weights.count, input, "\(name).kept")
      return add("Mul", [kept, constant(weights, "\(name).weight")], output)
    }
  }

  private mutating func firstCoordinates(
    _ count: Int, _ input: String, _ output: String
  ) -> String {
    let bounds = [
      integers([0], "first"), integers([count], "coordinates_\(count)"), integers([1], "axis_1"),
    ]
    return add("Slice", [input] + bounds, output)
  }
}
