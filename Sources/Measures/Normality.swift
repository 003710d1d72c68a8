import Geometry
import Records

/// How far the distribution of a layer's embeddings is from a Gaussian: along random directions, and in the tails along
/// the leading ones.
struct Normality: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = []

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "epps_pulley", name: "Epps–Pulley statistic", group: .distribution,
        meaning:
          "distance n·∫|φ(t) − exp(−t²/2)|²·exp(−t²/2)dt of standardised projections' characteristic function from a "
          + "Gaussian's, the mean over 256 random directions: a Gaussian has 0.34, others more, the more the larger n",
        source: "Epps & Pulley 1983; arXiv 2511.08544"),
      FigureDescriptor(
        key: "kurtosis", name: "Excess kurtosis", group: .distribution,
        meaning: "mean excess kurtosis along the ten leading eigendirections: a Gaussian has 0"),
    ]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    for (index, embeddings) in try subject.embeddings().enumerated() {
      let count = subject.count(embeddings.size(0), beside: figures[index])
      if let statistic = try whereMeasurable({ try eppsPulley(of: embeddings) }) {
        figures[index].record(
          statistic, as: "epps_pulley",
          Convention(centered: true, rowNormalized: false, n: count))
      }
      if let kurtosis = try whereMeasurable({ try excessKurtosis(of: embeddings) }) {
        figures[index].record(
          kurtosis.value, as: "kurtosis",
          Convention(centered: true, rowNormalized: false, n: count, rank: kurtosis.directions))
      }
    }
  }
}
