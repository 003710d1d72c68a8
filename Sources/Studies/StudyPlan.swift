import Records
import Runs

/// What a study is about to do: which runs are done, and how long the others take.
public struct StudyPlan {
  /// A run and whether it is done.
  public struct Entry: Sendable, Encodable {
    /// The run's key.
    public let key: String
    /// Whether its figures are there.
    public let isFinished: Bool
    /// How long it takes, or took, in seconds.
    public let seconds: Double?

    enum CodingKeys: String, CodingKey {
      case key, seconds
      case isFinished = "finished"
    }
  }

  /// The runs in their order.
  public let entries: [Entry]
  /// Seconds that the unfinished runs take together, `jobs` at a time; nil while that is unknown.
  public let secondsLeft: Double?
  /// Finished runs of the same study that another number of threads made, by that number.
  public let otherThreads: [Int: Int]

  /// Looks at what there is in `folder`.
  ///
  /// - Throws: `StudyError.otherRun` and `RunStoreError` for runs that cannot be what they should be, and
  ///   `StudyError.unknownSubset`.
  public init(
    _ study: Study, in folder: StudyFolder, jobs: Int, cores: Int,
    only subset: StudySubset = StudySubset()
  ) throws {
    let chosen = try subset.places(in: study).sorted()
    var estimate = StudyEstimate()
    var summaries: [String: RunSummary] = [:]
    for run in study.runs {
      guard let summary = try folder.finished(run) else { continue }
      summaries[run.key] = summary
      estimate.add(run, summary)
    }
    entries = chosen.map { place in
      let run = study.runs[place]
      let summary = summaries[run.key]
      return Entry(
        key: run.key, isFinished: summary != nil,
        seconds: summary.map(\.wallSeconds) ?? estimate.seconds(of: run))
    }
    let left = entries.filter { !$0.isFinished }
    let known = left.compactMap(\.seconds)
    secondsLeft = known.count == left.count ? known.reduce(0, +) / Double(jobs) : nil

    var others: [Int: Int] = [:]
    let axes = study.axisKeys
    for run in study.runs where summaries[run.key] == nil {
      for threads in Set((1...max(cores, 1)).map { cores / $0 })
      where threads != run.configuration.threads {
        let other = folder.run(run.key(axes: axes, threads: threads))
        if try RunState.summary(of: other) != nil { others[threads, default: 0] += 1 }
      }
    }
    otherThreads = others
  }
}
