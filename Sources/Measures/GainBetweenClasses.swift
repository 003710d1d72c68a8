import Geometry
import Records
import Torch

/// Whether the head spreads classes out or draws them together.
struct GainBetweenClasses: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = [.labels, .model]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "class_gain", name: "Class gain", group: .tangent, place: .head,
        meaning:
          "how the head stretches directions between the means of classes at h against random directions",
        source: "after arXiv 2306.03335")
    ]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    let place = subject.placeOfH
    guard let model = subject.model, let labels = subject.labels, figures.count > place + 1 else {
      return
    }
    let h = try subject.embeddings()[place]
    let anchors = h[0..<(try subject.anchorCount)]
    let means = try classMeans(of: h, labels: labels)
    let byChance = try subject.shuffledLabels.map { try classMeans(of: h, labels: $0) }
    for index in place + 1..<figures.count {
      func gain(_ means: Tensor) throws -> Double? {
        try whereMeasurable {
          try classGain(at: anchors, between: means) {
            model.network.headTrace(at: $0)[index - place].embedding
          }
        }
      }
      guard let value = try gain(means) else { continue }
      figures[index].record(
        value, as: "class_gain",
        Convention(
          centered: false, rowNormalized: false,
          n: subject.count(anchors.size(0), beside: figures[index])))
      guard let chance = try byChance.flatMap(gain) else { continue }
      figures[index].record(chance, as: "class_gain", under: .shuffled)
    }
  }
}
