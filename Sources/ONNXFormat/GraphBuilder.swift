import Contrastive
import Foundation
import Torch

/// A graph while it grows, node after node. A value is known by its name; weights become initialisers when a node asks
/// for them.
struct GraphBuilder {
  var graph = Onnx_GraphProto()
  private let weights: [String: Tensor]
  private var known: Set<String> = []

  /// A graph of the tensors, float32, that an encoder's names name.
  init(_ weights: [String: Tensor]) { self.weights = weights }

  /// Whether there is a weight of that name.
  func hasWeight(_ name: String) -> Bool { weights[name] != nil }

  /// Adds a node of one output.
  ///
  /// - Parameters:
  ///   - operation: ONNX's name of what it does.
  ///   - inputs: the values that it takes.
  ///   - output: the value that it gives, and its own name.
  ///   - attributes: what else it is told.
  /// - Returns: `output`.
  @discardableResult
  mutating func add(
    _ operation: String, _ inputs: [String], _ output: String,
    _ attributes: [Onnx_AttributeProto] = []
  ) -> String {
    add(operation, inputs, [output], attributes)
    return output
  }

  /// Adds a node of several outputs, the first of which is its own name.
  ///
  /// - Returns: `outputs`.
  @discardableResult
  mutating func add(
    _ operation: String, _ inputs: [String], _ outputs: [String],
    _ attributes: [Onnx_AttributeProto]
  ) -> [String] {
    var node = Onnx_NodeProto()
    node.opType = operation
    node.name = outputs.first ?? operation
    node.input = inputs
    node.output = outputs
    node.attribute = attributes
    graph.node.append(node)
    return outputs
  }

  /// The encoder's weight of that name, as it is.
  mutating func weight(_ name: String) -> String {
    guard let tensor = weights[name] else { preconditionFailure("no weight '\(name)'") }
    return constant(tensor, name)
  }

  /// The encoder's matrix out×in of that name as in×out.
  mutating func transposedWeight(_ name: String) -> String {
    guard let tensor = weights[name] else { preconditionFailure("no weight '\(name)'") }
    return constant(tensor.transposed(), name + ".transposed")
  }

  /// A tensor of floats under a name, which is added once.
  mutating func constant(_ tensor: Tensor, _ name: String) -> String {
    guard known.insert(name).inserted else { return name }
    var initializer = Onnx_TensorProto()
    initializer.name = name
    initializer.dims = tensor.shape.map(Int64.init)
    initializer.dataType = Int32(Onnx_TensorProto.DataType.float.rawValue)
    initializer.rawData = tensor.to(.float32).withBytes { Data($0) }
    graph.initializer.append(initializer)
    return name
  }

  /// One number.
  mutating func scalar(_ value: Double, _ name: String) -> String {
    constant(Tensor([Float(value)], shape: []), name)
  }

  /// A vector of whole numbers under a name, which is added once.
  mutating func integers(_ values: [Int], _ name: String) -> String {
    add(values, [Int64(values.count)], name)
  }

  /// One whole number under a name, which is added once.
  mutating func integer(_ value: Int, _ name: String) -> String {
    add([value], [], name)
  }

  private mutating func add(_ values: [Int], _ dims: [Int64], _ name: String) -> String {
    guard known.insert(name).inserted else { return name }
    var initializer = Onnx_TensorProto()
    initializer.name = name
    initializer.dims = dims
    initializer.dataType = Int32(Onnx_TensorProto.DataType.int64.rawValue)
    initializer.rawData = values.map { Int64($0).littleEndian }.withUnsafeBytes { Data($0) }
    graph.initializer.append(initializer)
    return name
  }

  /// Images with their channels' mean taken off and divided by the deviation; as they are where nothing is to be done.
  mutating func normalized(_ images: String, by normalization: InputNormalization) -> String {
    guard normalization != .none else { return images }
    func channels(_ values: [Double]) -> Tensor {
      Tensor(values.map(Float.init), shape: [1, 3, 1, 1])
    }
    let centered = add(
      "Sub", [images, constant(channels(normalization.mean), "input.mean")], "input.centered")
    let deviation = constant(channels(normalization.deviation), "input.deviation")
    return add("Div", [centered, deviation], "input.normalized")
  }

  /// x·Φ(x) by the error function, as opset 17 has no operator for it.
  mutating func gelu(_ input: String, _ name: String) -> String {
    let scaled = add(
      "Div", [input, scalar(2.0.squareRoot(), "square_root_of_two")], name + ".scaled")
    let error = add("Erf", [scaled], name + ".erf")
    let shifted = add("Add", [error, scalar(1, "one")], name + ".shifted")
    let product = add("Mul", [input, shifted], name + ".product")
    return add("Mul", [product, scalar(0.5, "half")], name)
  }
}

extension Onnx_AttributeProto {
  static func integer(_ name: String, _ value: Int) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    attribute.name = name
    attribute.type = .int
    attribute.i = Int64(value)
    return attribute
  }

  static func integers(_ name: String, _ values: [Int]) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    attribute.name = name
    attribute.type = .ints
    attribute.ints = values.map(Int64.init)
    return attribute
  }

  static func real(_ name: String, _ value: Double) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    attribute.name = name
    attribute.type = .float
    attribute.f = Float(value)
    return attribute
  }
}

/// The length of a dimension.
enum GraphDimension {
  case fixed(Int)
  /// Known when the graph runs.
  case named(String)
}

extension Onnx_ValueInfoProto {
  /// Floats of that shape.
  init(_ name: String, _ shape: [GraphDimension]) {
    self.init()
    self.name = name
    type.tensorType.elemType = Int32(Onnx_TensorProto.DataType.float.rawValue)
    type.tensorType.shape.dim = shape.map { dimension in
      var result = Onnx_TensorShapeProto.Dimension()
      switch dimension {
      case .fixed(let length): result.dimValue = Int64(length)
      case .named(let name): result.dimParam = name
      }
      return result
    }
  }
}
