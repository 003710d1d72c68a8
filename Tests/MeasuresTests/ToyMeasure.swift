import Foundation
import Measures
import Records
import TestSupport
import Testing
import Torch

/// What CONTRIBUTING.md's recipe for a measure gives: one file with what the figure is and how it is computed.
private struct MeanLength: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = []

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "mean_length", name: "Mean length", group: .other,
        meaning: "mean Euclidean length of an embedding")
    ]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    for (index, embeddings) in try subject.embeddings().enumerated() {
      figures[index].record(
        sqrt(embeddings.squared().sum(along: [1])).mean().item, as: "mean_length",
        Convention(centered: false, rowNormalized: false))
    }
  }
}

@Suite struct ToyMeasureTests {
  @Test func aMeasureOfOnesOwnIsMeasuredNamedAndChecked() throws {
    let measures: [any Measure] = StandardMeasures.all + [MeanLength()]
    let catalogue = FigureCatalogue(measures.flatMap(\.figures))
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("h.npy")
      try NumPyArray.encode(Tensor([3, 4, 6, 8] as [Double], shape: [2, 2])).write(to: file)
      let layers = try GivenEmbeddings(h: file.path).figures(by: measures)
      #expect(layers[0]["mean_length"] == 7.5)
    }
    try catalogue.check("mean_length", at: "z")
    #expect(catalogue.entry("mean_length").name == "Mean length")
  }
}
