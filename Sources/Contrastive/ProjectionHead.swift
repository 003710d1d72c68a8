import Torch
import TorchNN

/// The projection head g_φ from h to z: linear layers with ReLU, and batch norm if wanted, between
/// them. Its parameters carry the names of PyTorch's `nn.Sequential`: 0.weight, 0.bias, 2.weight, …
public final class ProjectionHead: Module {
  /// An embedding with the name of its layer.
  public typealias Layer = (name: String, embedding: Tensor)

  private let layers: [Module]
  /// What this head was built as.
  public let architecture: HeadArchitecture
  /// The length of z.
  public let outputDimension: Int

  /// A head for representations of length `inputs`, initialised as PyTorch's linear layers.
  public init(_ architecture: HeadArchitecture, inputs: Int) {
    self.architecture = architecture
    outputDimension = architecture.widths.last ?? inputs
    var layers: [Module] = []
    var width = inputs
    for (index, next) in architecture.widths.enumerated() {
      layers.append(Linear(width, next))
      if index < architecture.widths.count - 1 {
        if architecture.batchNorm { layers.append(BatchNorm(next)) }
        layers.append(ReLU())
      }
      width = next
    }
    self.layers = layers
  }

  /// h, N×`inputs`, to z, N×`outputDimension`.
  public override func callAsFunction(_ h: Tensor) -> Tensor { layers.reduce(h) { $1($0) } }

  /// The embeddings after each layer, beginning with `h` itself: `h`, `head.1`, `head.2`, … (after
  /// their ReLU), `z`. Without a head only `h`, since z is the same.
  public func trace(_ h: Tensor) -> [Layer] {
    var trace: [Layer] = [("h", h)]
    var embedding = h
    for layer in layers {
      embedding = layer(embedding)
      if layer is ReLU { trace.append(("head.\(trace.count)", embedding)) }
    }
    if !layers.isEmpty { trace.append(("z", embedding)) }
    return trace
  }
}
