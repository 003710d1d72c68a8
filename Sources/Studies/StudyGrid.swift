import Runs
import Torch

extension Study {
  /// A grid above this size is a slip rather than a plan.
  private static let largestGrid = 10_000

  /// The runs of the grid in order, the last axis fastest, then those included beside it.
  ///
  /// - Throws: `StudyFileError` for a grid without runs, with too many, with two that are the same, or
  ///   with one that cannot be configured.
  func plannedRuns(threads: Int, device: Device?) throws(StudyFileError) -> [StudyRun] {
    var places = try combinations { $0.values }
    for inclusion in inclusions {
      places += try combinations { inclusion[$0.key] ?? $0.values }
    }
    places.removeAll { place in exclusions.contains { place.matches($0) } }
    guard !places.isEmpty else {
      throw StudyFileError(source, .malformed("the grid is empty: exclude leaves no run"))
    }
    let names = axes.map(\.key)
    var runs: [StudyRun] = []
    var seen: [String: String] = [:]
    for place in places {
      let settings = place.mapValues(\.json)
      let text = names.map { "\($0) \(settings[$0]?.plainText ?? "")" }.joined(separator: ", ")
      let configuration: RunConfiguration
      do throws(ConfigurationError) {
        configuration = try self.configuration(at: place, threads: threads, device: device)
      } catch {
        throw StudyFileError(source, .run(text, error))
      }
      let run = StudyRun(axes: names, settings: settings, configuration: configuration)
      let hash = String(run.key.suffix(8))
      if let earlier = seen[hash] {
        throw StudyFileError(
          source,
          .malformed("the runs with \(earlier) and with \(text) are the same run: exclude one"))
      }
      seen[hash] = text
      runs.append(run)
    }
    return runs
  }

  /// Whether the file leaves it to others how many threads its runs have.
  public var leavesThreadsOpen: Bool {
    let named = namedSets.values.joined().flatMap(\.settings).map(\.key)
    return !(settings.map(\.key) + axisKeys + named).contains("threads")
  }

  private func combinations(
    _ values: (Axis) -> [SettingValue]
  ) throws(StudyFileError) -> [[String: SettingValue]] {
    var places: [[String: SettingValue]] = [[:]]
    for axis in axes {
      let choices = values(axis)
      guard places.count * choices.count <= Study.largestGrid else {
        throw StudyFileError(
          source,
          .malformed("the grid has more than \(Study.largestGrid) runs: take fewer values"))
      }
      places = places.flatMap { place in
        choices.map { place.merging([axis.key: $0]) { _, new in new } }
      }
    }
    return places
  }

  private func configuration(
    at place: [String: SettingValue], threads: Int, device: Device?
  ) throws(ConfigurationError) -> RunConfiguration {
    var configuration = RunConfiguration()
    configuration.figures = measuredFigures
    for (key, value) in settings { try value.apply(to: &configuration, key) }
    for axis in axes {
      guard let value = place[axis.key] else { continue }
      if let sets = namedSets[axis.key] {
        for (key, value) in sets.first(where: { $0.name == value.text })?.settings ?? [] {
          try value.apply(to: &configuration, key)
        }
      } else {
        try value.apply(to: &configuration, axis.key)
      }
    }
    if configuration.threads == 0 { configuration.threads = threads }
    return try configuration.resolved(on: device)
  }
}

extension [String: SettingValue] {
  /// Whether this place of the grid has one of the selected values on each selected axis.
  func matches(_ selection: Study.AxisValues) -> Bool {
    selection.allSatisfy { key, values in
      self[key].map(values.contains) ?? false
    }
  }
}
