import Foundation
import RunStore

extension StudyRunner {
  /// Makes the runs while no other process may: it alone writes the study's files.
  func runAlone(shouldStop: () -> Bool, report: @escaping (Event) -> Void) throws -> Outcome {
    let lock = try folder.lock(
      waiting: { report(.note("waiting for a run of an earlier process to end")) },
      shouldStop: shouldStop)
    defer { withExtendedLifetime(lock) {} }
    folder.removeTemporaryFiles()
    try keepFile(report)
    try book.lookForFinishedRuns()
    try folder.write(book.record)
    let store = try StudyStore(folder, study: study.name) { report(.warning($0)) }
    defer { store.close() }
    // Files first: they are the truth that the store is made from.
    book.save = { [folder] record in
      try folder.write(record)
      try store.record(record)
    }
    try store.record(book.record)

    let maker = try maker()
    let loop = StudyLoop(book, maker, report: report)
    loop.add = { [folder, study] place in
      let key = study.runs[place].key
      try store.add(folder.run(key), key: key)
    }
    let wasStopped = try loop.run(shouldStop: shouldStop)
    book.leaveRunning()
    try writeResults()
    if let failure = loop.failure { throw failure }
    compareFile(report)
    let jobs = (maker as? SlurmRuns)?.liveJobs ?? []
    if jobs.isEmpty && book.record.runs.allSatisfy({ $0.status == .finished }) {
      SlurmArrays(folder, slurm).removeAll()
    }
    guard wasStopped else { return .done(book.record) }
    return jobs.isEmpty ? .interrupted(book.record) : .left(book.record, jobs: jobs)
  }

  private func maker() throws -> any RunMaker {
    if case .slurm(let options) = executor {
      return try SlurmRuns(starter, options, commands: slurm, waiting: book.waiting)
    }
    // The queue of a cluster that cannot be asked from here makes no runs here.
    if let job = try? SlurmArrays(folder, slurm).living().arrays.first?.job {
      throw StudyError.inQueue(path: folder.url.path, job: job)
    }
    guard case .local(let jobs) = executor else { return LocalRuns(starter, jobs: 1, waiting: []) }
    return LocalRuns(starter, jobs: jobs, waiting: book.waiting)
  }
}
