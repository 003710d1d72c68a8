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
    case .largestCoordinates(let count): return largestCoordinates(count, input, name, output)
    case .levels(let count): return levels(count, input, name, output)
    case .scaling(let weights):
      let kept = firstCoordinates(weights.count, input, "\(name).kept")
      return add("Mul", [kept, constant(weights, "\(name).weight")], output)
    }
  }

  /// What is less than the last of the largest becomes 0.
  private mutating func largestCoordinates(
    _ count: Int, _ input: String, _ name: String, _ output: String
  ) -> String {
    let values = add(
      "TopK", [input, integers([count], "coordinates_\(count)")],
      [name + ".largest", name + ".places"], [.integer("axis", 1)])[0]
    let last = add("ReduceMin", [values], name + ".last", [.integers("axes", [1])])
    let isKept = add("GreaterOrEqual", [input, last], name + ".kept")
    return add("Where", [isKept, input, scalar(0, "zero")], output)
  }

  private mutating func levels(
    _ count: Int, _ input: String, _ name: String, _ output: String
  ) -> String {
    let gap = 2 / Double(count - 1)
    let bounded = add("Tanh", [input], name + ".bounded")
    let shifted = add("Add", [bounded, scalar(1, "one")], name + ".shifted")
    let steps = add("Mul", [shifted, scalar(1 / gap, "levels_\(count).rate")], name + ".steps")
    let halfway = add("Add", [steps, scalar(0.5, "half")], name + ".halfway")
    let whole = add("Floor", [halfway], name + ".whole")
    let scaled = add("Mul", [whole, scalar(gap, "levels_\(count).gap")], name + ".scaled")
    return add("Sub", [scaled, scalar(1, "one")], output)
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
