import Geometry
import Records

/// How far two layers hold the same geometry.
struct LayerSimilarity: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = [.twoLayers]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "cka", name: "CKA with", group: .similarity, standsAlone: false, members: [.layers],
        separator: " ",
        meaning: "linear centred kernel alignment of two layers: 1 is the same geometry",
        source: "Kornblith et al., ICML 2019"),
      FigureDescriptor(
        key: "cka_debiased", name: "CKA, debiased, with", group: .similarity, standsAlone: false,
        members: [.layers], separator: " ",
        meaning: "the same without the bias that many coordinates and few samples bring",
        source: "Murphy et al. 2024; Song et al. 2012"),
    ]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    let embeddings = try subject.embeddings()
    for index in embeddings.indices {
      for other in embeddings.indices where other > index {
        let similarity = try whereMeasurable {
          try CenteredKernelAlignment(embeddings[index], embeddings[other])
        }
        guard let similarity else { continue }
        let names = (subject.layers[index], subject.layers[other])
        add(similarity, with: names.1, to: &figures[index], of: subject)
        add(similarity, with: names.0, to: &figures[other], of: subject)
      }
    }
  }

  private func add(
    _ similarity: CenteredKernelAlignment, with layer: String, to figures: inout LayerFigures,
    of subject: any Subject
  ) {
    let convention = Convention(
      centered: true, rowNormalized: false,
      n: subject.count(similarity.sampleCount, beside: figures))
    figures.record(similarity.value, as: "cka.\(layer)", convention)
    if let debiased = similarity.debiased {
      figures.record(debiased, as: "cka_debiased.\(layer)", convention)
    }
  }
}
