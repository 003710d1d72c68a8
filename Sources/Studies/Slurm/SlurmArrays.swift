import Foundation
import RunStore

/// The job arrays of a study that Slurm may still have, as the study's folder remembers them, in `slurm/`.
///
/// An array is written down before it is submitted, under a name that no other job has, so that one whose submission was cut off is
/// found in the queue as well.
struct SlurmArrays {
  /// An array that was submitted, or was about to be.
  struct Array: Codable, Equatable {
    /// The job's name.
    let name: String
    /// The runs, in the order of the tasks.
    let keys: [String]
    /// The job's number, once it is known.
    var job: String?
    /// The cluster, where there are several.
    var cluster: String?
  }

  private let folder: StudyFolder
  private let url: URL
  private let commands: SlurmCommands

  init(_ folder: StudyFolder, _ commands: SlurmCommands) {
    self.folder = folder
    url = folder.url.appendingPathComponent("slurm", isDirectory: true)
    self.commands = commands
  }

  /// The arrays that are written down.
  func written() -> [Array] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return names.sorted().compactMap { name in
      guard name.hasSuffix(".json"), let data = FileManager.default.contents(atPath: path(name)),
        let array = try? JSONDecoder().decode(Array.self, from: data),
        array.name + ".json" == name
      else { return nil }
      return array
    }
  }

  /// The arrays of which the queue has tasks that have not ended, with all that it says; the others are forgotten.
  ///
  /// - Throws: `StudyError.slurm` where the queue cannot be asked.
  func living() throws -> (arrays: [Array], states: [SlurmTask: SlurmState]) {
    var living: [Array] = []
    var states: [SlurmTask: SlurmState] = [:]
    for var array in written() {
      let queue = try commands.queue([array.name], cluster: array.cluster)
      states.merge(queue.states) { $1 }
      guard queue.states.values.contains(where: \.isAlive) else {
        forget(array)
        continue
      }
      if array.job == nil, let job = queue.jobs[array.name] {
        array.job = job
        try write(array)
      }
      living.append(array)
    }
    return (living, states)
  }

  /// Submits an array of runs.
  func submit(_ script: SlurmScript, study: String, limit: Int?) throws -> Array {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    let safe = study.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    let own = UUID().uuidString.lowercased().prefix(13).filter { $0 != "-" }
    var array = Array(name: "gnomon-\(safe.prefix(40))-\(own)", keys: script.keys)
    try AtomicFile.write(
      Data(script.text.utf8), to: URL(fileURLWithPath: path("\(array.name).sbatch")))
    try write(array)
    // In sbatch(1)'s patterns for file names a percent sign is written twice.
    let output =
      path(array.name).unicodeScalars.map { $0 == "%" ? "%%" : "\($0)" }.joined() + "-%a.txt"
    let submission = try commands.submit(
      path("\(array.name).sbatch"), name: array.name, count: script.keys.count, limit: limit,
      output: output)
    array.job = submission.job
    array.cluster = submission.cluster
    try write(array)
    return array
  }

  /// What Slurm itself had to say of a task.
  func said(_ array: Array, _ place: Int) -> String {
    (try? String(contentsOfFile: path("\(array.name)-\(place).txt"), encoding: .utf8)) ?? ""
  }

  /// Removes what is kept of an array that has ended; of one with failures its script and what Slurm said stay.
  func forget(_ array: Array) {
    let isWell = array.keys.allSatisfy { key in
      FileManager.default.fileExists(atPath: folder.run(key).summary.path)
    }
    unlink(path("\(array.name).json"))
    if isWell { unlink(path("\(array.name).sbatch")) }
    for place in array.keys.indices {
      let output = path("\(array.name)-\(place).txt")
      var status = stat()
      if isWell || stat(output, &status) == 0 && status.st_size == 0 { unlink(output) }
    }
    // Only where nothing is left in it.
    rmdir(url.path)
  }

  /// Removes what is left of arrays whose runs failed, once all are made.
  func removeAll() { try? FileManager.default.removeItem(at: url) }

  private func write(_ array: Array) throws {
    let data = try JSONEncoder().encode(array)
    try AtomicFile.write(data, to: URL(fileURLWithPath: path("\(array.name).json")))
  }

  private func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
