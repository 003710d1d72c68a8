import Contrastive
import Torch

/// Linear layers and batch normalisations in a row, as the numbers and shapes of their tensors show them.
struct HeadChain {
  /// Why tensors are no chain that a head can be built of.
  enum Fault: Error, CustomStringConvertible {
    /// A tensor's name is not a layer's number and one of its parts.
    case name(String)
    /// A tensor's elements are no weights.
    case elements(String, reason: String)
    /// A layer's tensors are neither a linear layer's nor a batch normalisation's.
    case layer(String)
    /// A layer takes another length than the one before it gives.
    case width(layer: String, found: Int, expected: Int)
    /// The first layer takes another length than the encoder gives.
    case inputs(Int, expected: Int)
    /// There are no prototypes beside it, or they do not go with it.
    case prototypes(String)
    /// Layers are there in an order that a head here cannot have.
    case form(String)

    var description: String {
      switch self {
      case .name(let name): "has '\(name)', which is no layer of a chain"
      case .elements(let name, let reason): "has '\(name)', which \(reason)"
      case .layer(let layer):
        "has layer \(layer), which is neither linear nor a batch normalisation"
      case .width(let layer, let found, let expected):
        "does not fit together: layer \(layer) takes \(found), and the one before it gives \(expected)"
      case .inputs(let found, let expected):
        "takes \(found) coordinates, and the encoder gives \(expected)"
      case .prototypes(let reason): "has no prototypes that go with it: \(reason)"
      case .form(let reason): "cannot be built: \(reason)"
      }
    }
  }

  private struct Linear {
    let weight: Tensor
    let bias: Tensor?
    var batchNorm: [String: Tensor]?
    /// Whether nothing stands between it, or its batch normalisation, and the next linear layer.
    var meetsNext = false
    var outputs: Int { weight.size(0) }
  }

  private var layers: [Linear] = []
  /// The length of what the first layer takes.
  var inputs: Int { layers[0].weight.size(1) }

  init(_ tensors: [String: Tensor]) throws(Fault) {
    var groups: [Int: [String: Tensor]] = [:]
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      // A linear layer alone has no number.
      let number = parts.count == 1 ? 0 : Int(parts[0])
      guard parts.count <= 2, let number, let part = parts.last else { throw .name(name) }
      groups[number, default: [:]][String(part)] = tensor
    }
    var previous = -1
    for number in groups.keys.sorted() {
      let group = groups[number] ?? [:]
      if group["running_mean"] != nil {
        guard number == previous + 1, !layers.isEmpty, layers[layers.count - 1].batchNorm == nil
        else { throw .form("batch normalisation \(number) does not follow a linear layer") }
        try HeadChain.check(group, "\(number)", width: layers[layers.count - 1].outputs)
        layers[layers.count - 1].batchNorm = group
      } else {
        try append(group, number, isNext: number == previous + 1)
      }
      previous = number
    }
    guard !layers.isEmpty else { throw .form("it has no linear layer") }
  }

  private mutating func append(
    _ group: [String: Tensor], _ number: Int, isNext: Bool
  ) throws(Fault) {
    guard let weight = group["weight"], weight.rank == 2, weight.size(0) > 0, weight.size(1) > 0,
      Set(group.keys).isSubset(of: ["weight", "bias"]),
      group["bias"].map({ $0.shape == [weight.size(0)] }) ?? true
    else { throw .layer("\(number)") }
    if let last = layers.last {
      guard last.outputs == weight.size(1) else {
        throw .width(layer: "\(number)", found: weight.size(1), expected: last.outputs)
      }
      layers[layers.count - 1].meetsNext = isNext
    }
    layers.append(Linear(weight: weight, bias: group["bias"]))
  }

  private static func check(
    _ group: [String: Tensor], _ number: String, width: Int
  ) throws(Fault) {
    let vectors: Set<String> = ["weight", "bias", "running_mean", "running_var"]
    for (part, tensor) in group where part != "num_batches_tracked" {
      guard vectors.contains(part), tensor.shape == [width] else { throw .layer(number) }
    }
    guard group["running_var"] != nil else { throw .layer(number) }
  }

  /// The form of head that this is, and its tensors by that head's names.
  func assembled(
    _ activation: HeadArchitecture.Activation
  ) throws(Fault) -> (HeadArchitecture, [String: Tensor]) {
    let widths = layers.map(\.outputs)
    let meetings = layers.indices.filter { layers[$0].meetsNext }
    var head: HeadArchitecture
    var hidden = layers.dropLast()
    switch meetings {
    case []: head = HeadArchitecture(.layers(widths))
    case [layers.count - 2] where layers[layers.count - 2].batchNorm == nil:
      hidden = hidden.dropLast()
      head = HeadArchitecture(
        .bottleneck(
          hidden: Array(widths.dropLast(2)), narrow: widths[widths.count - 2],
          output: widths[widths.count - 1]))
    default: throw .form("linear layers without an activation between them")
    }
    let normalized = hidden.count { $0.batchNorm != nil }
    guard normalized == 0 || normalized == hidden.count else {
      throw .form("some of its hidden layers are batch-normalised and others not")
    }
    head.hasBias = layers.contains { $0.bias != nil }
    head.batchNorm = normalized > 0
    head.outputBatchNorm = layers.last?.batchNorm != nil
    head.activation = activation
    return (head, state(of: head, hiddenCount: hidden.count))
  }

  private func state(of head: HeadArchitecture, hiddenCount: Int) -> [String: Tensor] {
    var state: [String: Tensor] = [:]
    var number = 0
    for (index, layer) in layers.enumerated() {
      state["\(number).weight"] = layer.weight
      if head.hasBias { state["\(number).bias"] = layer.bias ?? .zeros([layer.outputs]) }
      number += 1
      if let batchNorm = layer.batchNorm {
        state["\(number).weight"] = batchNorm["weight"] ?? .ones([layer.outputs])
        state["\(number).bias"] = batchNorm["bias"] ?? .zeros([layer.outputs])
        state["\(number).running_mean"] = batchNorm["running_mean"]
        state["\(number).running_var"] = batchNorm["running_var"]
        state["\(number).num_batches_tracked"] =
          batchNorm["num_batches_tracked"] ?? .zeros([], .int64)
        number += 1
      }
      if index < hiddenCount { number += 1 }
    }
    return state
  }
}
