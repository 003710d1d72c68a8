import Geometry
import Records

/// How far two layers are from being rotated and scaled copies of each other.
struct LayerShapes: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = [.twoLayers]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "procrustes", name: "Procrustes distance to", group: .similarity,
        standsAlone: false, members: [.layers], separator: " ",
        meaning:
          "2 − 2‖AᵀB‖ in the nuclear norm, A and B two layers' embeddings centred, projected onto 64 principal components at "
          + "most, of Frobenius norm 1: 0 is the same up to rotation and scale, 2 the most",
        source: "Ding et al., NeurIPS 2021; Williams et al., NeurIPS 2021")
    ]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    guard figures.count > 1 else { return }
    let shapes = try subject.embeddings().map { embeddings in
      try whereMeasurable { try ProcrustesShape(of: embeddings) }
    }
    for (index, shape) in shapes.enumerated() {
      for (other, otherShape) in shapes.enumerated() where other > index {
        guard let shape, let otherShape else { continue }
        let distance = try shape.distance(to: otherShape)
        for (own, name) in [(index, subject.layers[other]), (other, subject.layers[index])] {
          figures[own].record(
            distance, as: "procrustes.\(name)",
            Convention(
              centered: true, rowNormalized: false,
              n: subject.count(shape.sampleCount, beside: figures[own]),
              rank: max(shape.componentCount, otherShape.componentCount)))
        }
      }
    }
  }
}
