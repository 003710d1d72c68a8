import Foundation
import Records
import Torch

/// Subjects and what is measured of them, by several threads side by side.
///
/// Each measure works on one thread, whatever their number. So processors have no waits for each other within small operators, and
/// figures have the same bits for any number of workers from two up.
struct MeasurementWork {
  /// Pieces that are taken one after another: one alone, or those of measures some of which build on others before them.
  private struct Part {
    let control: Control?
    let layers: [LayerFigures]
    let pieces: [(measure: any Measure, piece: MeasurePiece)]

    /// That of the piece that is wanted most.
    var turn: MeasurePiece.Turn {
      MeasurePiece.Turn.allCases.first { turn in pieces.contains { $0.piece.turn == turn } }
        ?? .short
    }
  }

  private var parts: [Part] = []

  /// Adds what is to be measured of a subject, the model itself or a control.
  ///
  /// - Throws: what the measures throw when they say what they consist of.
  mutating func add(
    _ measures: [any Measure], of subject: any Subject, shapes: [(n: Int, dimension: Int)],
    as control: Control? = nil
  ) throws {
    let layers = zip(subject.layers, shapes).map {
      LayerFigures(layer: $0, n: $1.n, dimension: $1.dimension)
    }
    for group in Self.grouped(measures.filter { subject.extent.includes($0.occasion) }) {
      let pieces = try group.flatMap { measure in
        try measure.pieces(of: subject).map { (measure: measure, piece: $0) }
      }
      // What builds on others stays with them.
      let together = group.count > 1 ? [pieces] : pieces.map { [$0] }
      for pieces in together {
        parts.append(Part(control: control, layers: layers, pieces: pieces))
      }
    }
  }

  /// Each measure with those that build on it.
  private static func grouped(_ measures: [any Measure]) -> [[any Measure]] {
    var groups: [[any Measure]] = []
    for measure in measures {
      let place = groups.firstIndex { group in
        group.contains { $0.figures.contains { measure.buildsOn.contains($0.key) } }
      }
      if let place { groups[place].append(measure) } else { groups.append([measure]) }
    }
    return groups
  }

  /// Takes all measures.
  ///
  /// - Parameters:
  ///   - layers: the layers' names in order.
  ///   - shapes: their sizes.
  ///   - workers: how many threads take them; with one, operators use as many as they usually do.
  ///   - willMeasure: told of each measure before it is taken, by one thread at a time.
  /// - Returns: the figures of each layer, with those of controls beside them.
  /// - Throws: the error of the first part that has one.
  func figures(
    of layers: [String], shapes: [(n: Int, dimension: Int)], workers: Int,
    _ willMeasure: (any Measure, Control?) -> Void = { _, _ in }
  ) throws -> [LayerFigures] {
    var figures = zip(layers, shapes).map {
      LayerFigures(layer: $0, n: $1.n, dimension: $1.dimension)
    }
    let parts = MeasurePiece.Turn.allCases.flatMap { turn in self.parts.filter { $0.turn == turn } }
    for (part, found) in zip(parts, Self.take(parts, workers: workers, willMeasure)) {
      figures.add(try found.get(), as: part.control)
    }
    return figures
  }

  /// What each part found, in their order.
  private static func take(
    _ parts: [Part], workers: Int, _ willMeasure: (any Measure, Control?) -> Void
  ) -> [Result<[LayerFigures], any Error>] {
    let results = Results(count: parts.count)
    _ = Runtime.sideBySide(workers: max(1, min(workers, parts.count))) { _ in
      while let place = results.next() {
        let part = parts[place]
        results[place] = Result {
          try withoutGradients {
            var figures = part.layers
            for (measure, piece) in part.pieces {
              results.alone { willMeasure(measure, part.control) }
              try piece.take(&figures)
            }
            return figures
          }
        }
      }
    }
    return results.all()
  }

  /// What the workers share.
  private final class Results: @unchecked Sendable {  // behind the lock
    private let lock = NSRecursiveLock()
    private var found: [Result<[LayerFigures], any Error>?]
    private var waiting: ArraySlice<Int>

    init(count: Int) {
      found = Array(repeating: nil, count: count)
      waiting = Array(0..<count)[...]
    }

    /// The next part; nil where there is none, or one has failed.
    func next() -> Int? {
      alone {
        let hasFailed = found.contains { if case .failure = $0 { true } else { false } }
        if hasFailed { return nil }
        return waiting.popFirst()
      }
    }

    subscript(place: Int) -> Result<[LayerFigures], any Error> {
      get { alone { found[place] ?? .success([]) } }
      set { alone { found[place] = newValue } }
    }

    /// Those of all parts, nothing for one that was not begun after another's failure.
    func all() -> [Result<[LayerFigures], any Error>] { found.indices.map { self[$0] } }

    func alone<Value>(_ body: () -> Value) -> Value {
      lock.lock()
      defer { lock.unlock() }
      return body()
    }
  }
}

extension [LayerFigures] {
  /// Puts in what was measured of the subject itself, or beside the figures of the same layers what a control's layers have.
  fileprivate mutating func add(_ measured: [LayerFigures], as control: Control?) {
    for index in indices {
      guard let own = measured.first(where: { $0.layer == self[index].layer }) else { continue }
      guard let control else {
        self[index] = self[index].updated(by: own)
        continue
      }
      self[index].controls[control, default: [:]].merge(own.scalars) { $1 }
    }
  }
}
