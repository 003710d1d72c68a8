import Records

/// A number that a run logs with its steps, as charts show it.
package struct LoggedQuantity {
  /// The key in `metrics.jsonl`.
  package let key: String
  /// What it is called, with its unit.
  package let title: String
  /// Whether equal ratios are what one looks at.
  let isLogarithmic: Bool
  /// What a share is multiplied by, to be shown as a percentage.
  private let scale: Double

  /// The number under `key`; one that no version of this program logs is its own name.
  package init(_ key: String) {
    self.key = key
    isLogarithmic = key.hasPrefix("update_")
    scale = key == "contrastive_top1" ? 100 : 1
    title =
      switch key {
      case "loss": "Loss"
      case "contrastive_top1": "Contrastive top-1 accuracy (%)"
      case "learning_rate": "Learning rate"
      case "views_per_second": "Views a second"
      case "best_response_gap": "Best-response gap"
      case "mean_positive_cosine": "Mean cosine of positives"
      case "mean_negative_cosine": "Mean cosine of negatives"
      case "softmax_entropy": "Entropy of the softmax (nats)"
      case "update_encoder": "Relative update of the encoder"
      case "update_head": "Relative update of the head"
      case "head_penalty": "Penalty of the head"
      default: key
      }
  }

  /// What a record says; nil where it was not measured or the chart cannot show it.
  package func value(of record: MetricRecord) -> Double? {
    let value: Double? =
      switch key {
      case "loss": record.loss
      case "contrastive_top1": record.contrastiveTop1
      case "learning_rate": record.learningRate
      case "views_per_second": record.viewsPerSecond
      case "mean_positive_cosine": record.meanPositiveCosine
      case "mean_negative_cosine": record.meanNegativeCosine
      case "softmax_entropy": record.softmaxEntropy
      default: record.extra[key]
      }
    guard let value, value.isFinite, !isLogarithmic || value > 0 else { return nil }
    return value * scale
  }
}
