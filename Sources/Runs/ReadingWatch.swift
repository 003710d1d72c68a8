import Datasets
import Foundation
import RunStore

/// What a run finds out about its files while it reads them: its list of skipped files grows with it.
struct ReadingWatch {
  /// How many files that are found on the way are named by a warning each.
  private static let warningLimit = 5

  private let splits: DatasetSplits
  private let folder: RunFolder
  /// The files that are listed.
  private var listed: Set<String>
  private var warnings = 0

  /// Lists the files that were skipped when the data set was loaded.
  ///
  /// - Throws: `RunStoreError` where the list cannot be written.
  init(_ splits: DatasetSplits, _ folder: RunFolder) throws {
    self.splits = splits
    self.folder = folder
    listed = []
    _ = try list()
  }

  /// Lists files that were found since, with a warning for each of the first few that another image replaces.
  ///
  /// - Throws: `DatasetError` for an image that could not be read and has no substitute, or may have none;
  ///   `RunStoreError` where the list cannot be written.
  mutating func check(_ warn: (String) -> Void) throws {
    guard splits.areStreamed else { return }
    let found = try list()
    let splits = splits
    try listing { try splits.checkReading() }
    for file in found.prefix(ReadingWatch.warningLimit - warnings) {
      warnings += 1
      warn("skipped \(file.path): \(file.reason); another image takes its place")
    }
  }

  /// Measures, then lists what was found meanwhile, also where measuring ends with an error.
  ///
  /// - Throws: what `measure` and `check` throw.
  mutating func checking<Figures>(
    _ warn: (String) -> Void, _ measure: () throws -> Figures
  ) throws -> Figures {
    let figures = try listing(measure)
    try check(warn)
    return figures
  }

  /// What `body` returns; where it throws, what was found meanwhile is listed first.
  private mutating func listing<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      _ = try list()
      throw error
    }
  }

  /// Lists files that were found since.
  private mutating func list() throws -> [SkippedFile] {
    let found = splits.skippedSoFar.filter { !listed.contains($0.path) }
    guard !found.isEmpty else { return [] }
    try write()
    listed.formUnion(found.map(\.path))
    return found
  }

  private func write() throws {
    var lines = Set(splits.skippedList.split(separator: "\n"))
    // Of a run that was resumed, its earlier processes may have read what this one has not come to.
    let before = try? String(contentsOf: folder.skippedFiles, encoding: .utf8)
    if splits.areStreamed, let before { lines.formUnion(before.split(separator: "\n")) }
    let sorted = lines.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    try AtomicFile.write(Data(sorted.map { $0 + "\n" }.joined().utf8), to: folder.skippedFiles)
  }
}
