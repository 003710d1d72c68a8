import Records

/// What a run logged, in bounded memory: when there are too many records, neighbours become one by their means.
struct ThinnedMetrics: Sendable {
  /// The records, each of `every` lines.
  private(set) var records: [MetricRecord] = []
  /// How many lines a record stands for.
  private(set) var every = 1
  private var pending: [MetricRecord] = []
  private let most: Int

  /// Holds at most `most` records, an even number of them.
  init(most: Int) { self.most = max(2, most) }

  /// Takes in the next line.
  mutating func add(_ record: MetricRecord) {
    pending.append(record)
    guard pending.count >= every else { return }
    records.append(Self.mean(pending))
    pending = []
    guard records.count >= most else { return }
    records = stride(from: 0, to: records.count, by: 2).map { place in
      Self.mean(Array(records[place..<min(place + 2, records.count)]))
    }
    every *= 2
  }

  /// All of it, the lines that are not yet enough for a record included.
  var all: [MetricRecord] { pending.isEmpty ? records : records + [Self.mean(pending)] }

  /// The mean of neighbouring records, at the step of the last; of what only some have, over those.
  static func mean(_ records: [MetricRecord]) -> MetricRecord {
    guard records.count > 1, let last = records.last else {
      return records.first ?? MetricRecord(step: 0, epoch: 0)
    }
    func mean(_ value: (MetricRecord) -> Double?) -> Double? {
      let values = records.compactMap(value)
      return values.isEmpty ? nil : values.reduce(0) { $0 + $1 / Double(values.count) }
    }
    var all = MetricRecord(
      step: last.step, epoch: last.epoch, loss: mean { $0.loss },
      learningRate: mean { $0.learningRate }, viewsPerSecond: mean { $0.viewsPerSecond },
      contrastiveTop1: mean { $0.contrastiveTop1 },
      meanPositiveCosine: mean { $0.meanPositiveCosine },
      meanNegativeCosine: mean { $0.meanNegativeCosine }, softmaxEntropy: mean { $0.softmaxEntropy }
    )
    for key in Set(records.flatMap(\.extra.keys)) { all.extra[key] = mean { $0.extra[key] } }
    return all
  }
}
