import Geometry
import Records

/// How much of a layer's variance tells classes apart.
struct BetweenClassShare: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = [.labels]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "between_class_share", name: "Variance between classes", group: .information,
        meaning: "share of the variance of a layer that lies between the means of classes")
    ]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    guard let labels = subject.labels, Set(labels).count > 1 else { return }
    for (index, embeddings) in try subject.embeddings().enumerated() {
      let share = try whereMeasurable { try betweenClassShare(of: embeddings, labels: labels) }
      guard let share else { continue }
      figures[index].record(
        share, as: "between_class_share",
        Convention(
          centered: true, rowNormalized: false,
          n: subject.count(labels.count, beside: figures[index])))
      let byChance = try subject.shuffledLabels.flatMap { labels in
        try whereMeasurable { try betweenClassShare(of: embeddings, labels: labels) }
      }
      figures[index].record(byChance ?? .nan, as: "between_class_share", under: .shuffled)
    }
  }
}
