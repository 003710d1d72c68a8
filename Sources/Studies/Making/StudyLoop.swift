import Foundation

/// Goes through a study's runs until all have ended or somebody asks to stop.
final class StudyLoop {
  private let book: StudyBook
  private let maker: any RunMaker
  private let report: (StudyRunner.Event) -> Void
  /// Takes in a run that is finished.
  var add: (Int) throws -> Void = { _ in }
  /// What ended the study before its runs had: a full disk.
  private(set) var failure: StudyError?

  init(_ book: StudyBook, _ maker: any RunMaker, report: @escaping (StudyRunner.Event) -> Void) {
    self.book = book
    self.maker = maker
    self.report = report
  }

  /// Has the runs made.
  ///
  /// - Returns: whether it was asked to stop.
  /// - Throws: what made going on impossible; the runs of this process have then been stopped.
  func run(shouldStop: () -> Bool) throws -> Bool {
    do {
      return try makeRuns(shouldStop: shouldStop)
    } catch {
      maker.abandon()
      throw error
    }
  }

  private func makeRuns(shouldStop: () -> Bool) throws -> Bool {
    var isStopping = false
    var ticks = 0
    while true {
      if !isStopping && (shouldStop() || failure != nil) {
        isStopping = true
        maker.stop()
      }
      for news in try maker.advance() { try note(news, isStopping: isStopping) }
      if maker.isDone { return isStopping }
      if ticks.isMultiple(of: 5) { report(.progress(progress)) }
      ticks += 1
      usleep(100_000)
    }
  }

  private func note(_ news: RunNews, isStopping: Bool) throws {
    switch news {
    case .began(let place, let isResumed):
      book.set(place, .running)
      try book.write()
      report(.started(key: key(place), resumed: isResumed, progress))
    case .isElsewhere(let place): book.set(place, .running)
    case .waits(let place):
      book.set(place, .pending)
      try book.write()
    case .ended(let place, let ending):
      maker.settle(place, try settle(place, ending, isStopping: isStopping))
    case .note(let text): report(.note(text))
    case .warning(let text): report(.warning(text))
    }
  }

  /// Takes note of how a run ended.
  private func settle(
    _ place: Int, _ ending: RunEnding, isStopping: Bool
  ) throws -> RunOutcome {
    if ending.mayBeFinished, let summary = try book.finish(place) {
      try book.write()
      try add(place)
      if !ending.isElsewhere {
        report(.finished(key: key(place), seconds: summary.wallSeconds, progress))
      }
      return .finished
    }
    let reason = book.folder.reason(key(place), ending)
    if isStopping && !ending.isElsewhere || reason.hasPrefix("disk full") {
      book.set(place, .pending)
      if !isStopping { failure = .diskFull(run: key(place), reason: reason) }
      return .pending
    }
    book.set(place, .failed, failure: reason)
    try book.write()
    report(.failed(key: key(place), reason: reason, progress))
    return .failed(reason)
  }

  private func key(_ place: Int) -> String { book.study.runs[place].key }

  private var progress: StudyProgress { book.progress(of: maker) }
}
