import Foundation
import Torch
import TorchNN

/// The projection head g_φ from h to z. Its parameters carry the names of PyTorch's `nn.Sequential`:
/// 0.weight, 0.bias, 2.weight, …
public final class ProjectionHead: Module, UnaryLayer {
  /// An embedding with the name of its layer.
  public typealias Layer = (name: String, embedding: Tensor)

  let layers: [any UnaryLayer]
  /// Where among `layers` a sparse autoencoder begins, its code ends and it ends itself; nil where there is none.
  private let autoencoder: (start: Int, code: Int, end: Int)?
  /// After how many of `layers` each named embedding stands; the last is z.
  let stages: [Int]
  /// What this head was built as.
  public let architecture: HeadArchitecture
  /// The length of h.
  public let inputDimension: Int
  /// The length of z.
  public let outputDimension: Int

  /// A head for representations of length `inputs`, its layers initialised as PyTorch's. Traps where
  /// `inputs` is too short for it; `HeadArchitecture.check(inputs:)` throws.
  public init(_ architecture: HeadArchitecture, inputs: Int) {
    self.architecture = architecture
    inputDimension = inputs
    outputDimension = architecture.outputDimension(inputs: inputs)
    var parts = architecture.makeParts(inputs: inputs)
    autoencoder = architecture.sparse.map { sparse in
      let width = architecture.comparedDimension(inputs: inputs)
      let bias = architecture.hasBias
      let start = parts.reduce(0) { $0 + $1.count }
      var code: [any UnaryLayer] = [Linear(width, sparse.width, bias: bias), ReLU()]
      if let largest = sparse.largest { code.append(LargestCoordinates(largest)) }
      parts += [code, [Linear(sparse.width, width, bias: bias)]]
      return (start, start + code.count, start + code.count + 1)
    }
    if let count = architecture.levels, !parts.isEmpty {
      parts[parts.count - 1].append(Levels(count))
    }
    if let count = architecture.prototypes {
      let width = architecture.comparedDimension(inputs: inputs)
      parts.append([UnitLength(), Linear(width, count, bias: false)])
    }
    layers = parts.flatMap { $0 }
    var end = 0
    stages = parts.map { part in
      end += part.count
      return end
    }
  }

  /// h, N×`inputs`, to z, N×`outputDimension`.
  public func callAsFunction(_ h: Tensor) -> Tensor { layers.reduce(h) { $1($0) } }

  /// Whether the head has a part in the loss of its own.
  public var hasPenalty: Bool { autoencoder != nil }

  /// z, and the head's own part in the loss (`HeadArchitecture.SparseCode`), a scalar; nil where it has none.
  public func penalized(_ h: Tensor) -> (z: Tensor, penalty: Tensor?) {
    guard let autoencoder, let sparse = architecture.sparse else { return (self(h), nil) }
    let output = layers[..<autoencoder.start].reduce(h) { $1($0) }
    let code = layers[autoencoder.start..<autoencoder.code].reduce(output) { $1($0) }
    let decoded = layers[autoencoder.code..<autoencoder.end].reduce(code) { $1($0) }
    let z = layers[autoencoder.end...].reduce(decoded) { $1($0) }
    let error = (output - decoded).squared().mean()
    return (z, error + code.sum(along: [1]).mean() * sparse.weight)
  }

  /// The embeddings after each layer, beginning with `h` itself: `h`, `head.1`, `head.2`, … (after
  /// their activation), `z`. Without a head only `h`, since z is the same.
  public func trace(_ h: Tensor) -> [Layer] {
    var trace: [Layer] = [("h", h)]
    var embedding = h
    for (index, layer) in layers.enumerated() {
      embedding = layer(embedding)
      if stages.contains(index + 1) {
        trace.append((index + 1 == layers.count ? "z" : "head.\(trace.count)", embedding))
      }
    }
    return trace
  }

  /// Begins anew: all weights as in a new head.
  public func reinitialize() {
    let fresh = ProjectionHead(architecture, inputs: inputDimension).state
    withoutGradients {
      for (name, tensor) in state { fresh[name].map(tensor.assign) }
    }
  }

  /// Makes the linear layers random orthogonal matrices without offsets.
  public func orthogonalize() {
    withoutGradients {
      for case let layer as Linear in layers {
        let weight = layer.weight.tensor
        weight.assign(Initializer.orthogonal(weight.size(0), weight.size(1)))
        layer.bias?.tensor.fill(0)
      }
    }
  }
}

extension HeadArchitecture {
  /// The head's layers, in one array a named embedding.
  fileprivate func makeParts(inputs: Int) -> [[any UnaryLayer]] {
    switch form {
    case .identity: return []
    case .layers(let widths):
      return makeLayers(inputs, hidden: widths.dropLast(), output: widths.last)
    case .bottleneck(let hidden, let narrow, let output):
      var parts = makeLayers(inputs, hidden: hidden[...], output: nil)
      parts.append([Linear(hidden.last ?? inputs, narrow, bias: hasBias)])
      return parts + makeLayers(narrow, hidden: [], output: output)
    case .orthogonal(let output):
      return [[FixedLinear(Initializer.orthogonal(output, inputs))]]
    case .lowRank(let rank, isDiagonal: true, let isFixed):
      precondition(rank <= inputs, "rank \(rank) of \(inputs) coordinates")
      return [[isFixed ? FirstCoordinates(rank) : Diagonal(rank)]]
    case .lowRank(let rank, isDiagonal: false, isFixed: true):
      precondition(rank <= inputs, "rank \(rank) of \(inputs) coordinates")
      return [
        [FixedLinear(Initializer.orthogonal(rank, inputs))],
        [FixedLinear(Initializer.orthogonal(inputs, rank))],
      ]
    case .lowRank(let rank, isDiagonal: false, isFixed: false):
      return [[Linear(inputs, rank, bias: false)], [Linear(rank, inputs, bias: false)]]
    case .first(let count):
      precondition(count <= inputs, "the first \(count) of \(inputs) coordinates")
      return [[FirstCoordinates(count)]]
    case .reweighting(let kappa):
      return [[FixedWeights((0..<inputs).map { Float(pow(kappa, -Double($0))) })]]
    }
  }

  private func makeLayers(_ inputs: Int, hidden: ArraySlice<Int>, output: Int?)
    -> [[any UnaryLayer]]
  {
    var width = inputs
    var parts: [[any UnaryLayer]] = []
    for next in hidden {
      var part: [any UnaryLayer] = [Linear(width, next, bias: hasBias)]
      if batchNorm { part.append(BatchNorm(next)) }
      parts.append(part + [activation.layer])
      width = next
    }
    if let output { parts.append(makeOutput(width, output)) }
    return parts
  }

  private func makeOutput(_ inputs: Int, _ output: Int) -> [any UnaryLayer] {
    let last = Linear(inputs, output, bias: hasBias)
    if outputScale != 1 {
      withoutGradients {
        last.weight.tensor.multiply(by: outputScale)
        last.bias?.tensor.multiply(by: outputScale)
      }
    }
    return outputBatchNorm ? [last, BatchNorm(output)] : [last]
  }
}

extension HeadArchitecture.Activation {
  fileprivate var layer: any UnaryLayer {
    switch self {
    case .relu: ReLU()
    case .gelu: GELU()
    case .tanh: Tanh()
    case .sigmoid: Sigmoid()
    }
  }
}
