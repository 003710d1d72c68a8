import Foundation
import Records
import Reports
import RunStore

/// What is compared of a run, brought up to date as its files grow, in little memory.
struct RunCurves: FollowedFiles {
  private var metricTail = LineTail<MetricRecord>()
  private var geometryTail = LineTail<GeometryRecord>()
  private(set) var metrics = ThinnedMetrics(most: 500)
  private(set) var figures = FigureColumns(most: 256)
  private(set) var spectra = SpectrumHistory(most: 16)
  private(set) var version = 0

  init() {}

  mutating func look(_ path: String) {
    let folder = RunFolder(path: path)
    var (metrics, figures, spectra) = (metrics, figures, spectra)
    let first = try? metricTail.read(folder.metrics.path) {
      metrics = ThinnedMetrics(most: 500)
    } each: {
      metrics.add($0)
    }
    let second = try? geometryTail.read(folder.geometry.path) {
      figures = FigureColumns(most: 256)
      spectra = SpectrumHistory(most: 16)
    } each: {
      figures.add($0)
      spectra.add($0)
    }
    (self.metrics, self.figures, self.spectra) = (metrics, figures, spectra)
    if (first ?? .same) != .same || (second ?? .same) != .same { version += 1 }
  }

  /// The numbers that were logged, and the figures that were measured.
  var names: Set<CurveName> {
    let keys = Set(metrics.all.flatMap { $0.numbers.map(\.key) })
    return Set(keys.filter { $0 != "epoch" && !$0.contains(".") }.map(CurveName.logged))
      .union(figures.names)
  }

  /// The points of a curve.
  ///
  /// - Parameters:
  ///   - name: the curve.
  ///   - along: what the points go along.
  ///   - views: how many augmented images a step takes; nil where that is not known, and there is no time then.
  func points(
    _ name: CurveName, along: CurveComparison.Along, views: Double?
  ) -> [(x: Double, y: Double)] {
    let clock = along == .time ? views.map { Clock(metrics.all, views: $0) } : nil
    func place(_ step: Int, _ epoch: Double) -> Double? {
      switch along {
      case .step: Double(step)
      case .epoch: epoch
      case .time: clock?.minutes(at: step)
      }
    }
    let points: [(x: Double, y: Double)] =
      switch name {
      case .logged(let key):
        metrics.all.compactMap { record in
          guard let y = LoggedQuantity(key).value(of: record),
            let x = place(record.step, record.epoch)
          else { return nil }
          return (x, y)
        }
      case .measured:
        figures.points(name).compactMap { point in
          place(point.step, point.epoch).map { (x: $0, y: point.value) }
        }
      }
    return points.filter { $0.x.isFinite && $0.y.isFinite }.sorted { $0.x < $1.x }
  }

  /// The time that training took up to a step, by the speed that was logged.
  struct Clock {
    private var steps = [0]
    private var seconds = [0.0]

    /// - Parameters:
    ///   - metrics: what was logged, in the order of steps.
    ///   - views: how many augmented images a step takes.
    init(_ metrics: [MetricRecord], views: Double) {
      var speed = metrics.lazy.compactMap(\.viewsPerSecond).first { $0 > 0 }
      for record in metrics {
        guard let last = steps.last, record.step > last else { continue }
        if let known = record.viewsPerSecond, known > 0 { speed = known }
        guard let speed, let before = seconds.last else { return }
        steps.append(record.step)
        seconds.append(before + Double(record.step - last) * views / speed)
      }
    }

    /// Minutes to the end of a step; nil where no speed is known.
    func minutes(at step: Int) -> Double? {
      guard steps.count > 1, let end = steps.last else { return nil }
      guard step < end else { return step == end ? (seconds.last ?? 0) / 60 : nil }
      let after = steps.firstIndex { $0 > step } ?? steps.count - 1
      let share = Double(step - steps[after - 1]) / Double(steps[after] - steps[after - 1])
      return (seconds[after - 1] + share * (seconds[after] - seconds[after - 1])) / 60
    }
  }
}
