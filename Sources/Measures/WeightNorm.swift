import Geometry
import Records
import Torch

/// How large the weights are that a layer is made with.
struct WeightNorm: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = [.model]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "weight_norm", name: "Norm of the weights", group: .rank,
        meaning:
          "Frobenius norm of all kernels and matrices of the stage, block or layer of the head that gives the layer; of h the "
          + "encoder's last stage or block")
    ]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    guard let model = subject.model else { return }
    let parts = model.measured.encoder.layerWeights + model.measured.head.layerWeights
    for (layer, weights) in parts where !weights.isEmpty {
      guard let index = subject.layers.firstIndex(of: layer) else { continue }
      let squares = weights.map { $0.detached().to(.float64).squared().sum().item }
      figures[index].record(
        squares.reduce(0, +).squareRoot(), as: "weight_norm",
        Convention(centered: false, rowNormalized: false))
    }
  }
}
