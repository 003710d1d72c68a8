import Geometry
import Records

/// How far two layers agree on who is whose neighbour: what linear similarity does not see.
struct NeighborAgreement: Measure {
  /// k.
  private static let neighborCount = 10

  let occasion = Occasion.always
  let needs: Set<Need> = [.twoLayers]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "neighbour_jaccard", name: "Shared neighbours with", group: .similarity,
        standsAlone: false, members: [.layers], separator: " ",
        meaning:
          "mean share |A∩B|/|A∪B| of a sample's ten nearest by cosine in two layers: 1 is the "
          + "same neighbours")
    ]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    let embeddings = try subject.embeddings()
    for index in embeddings.indices {
      for other in embeddings.indices where other > index {
        let agreement = try whereMeasurable {
          try neighborJaccard(
            embeddings[index], embeddings[other], neighborCount: Self.neighborCount)
        }
        guard let agreement else { continue }
        for (own, name) in [(index, subject.layers[other]), (other, subject.layers[index])] {
          figures[own].record(
            agreement, as: "neighbour_jaccard.\(name)",
            Convention(
              centered: false, rowNormalized: true,
              n: subject.count(embeddings[own].size(0), beside: figures[own]),
              k: Self.neighborCount))
        }
      }
    }
  }
}
