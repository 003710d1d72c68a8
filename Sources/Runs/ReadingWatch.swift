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
    listed = Set(splits.skipped.map(\.path))
    if !splits.skipped.isEmpty { try write(splits.skipped) }
  }

  /// Lists files that were found since, with a warning for each of the first few.
  ///
  /// - Throws: `DatasetError` for an image that could not be read and has no substitute, or may have none;
  ///   `RunStoreError` where the list cannot be written.
  mutating func check(_ warn: (String) -> Void) throws {
    guard splits.areStreamed else { return }
    try splits.checkReading()
    let skipped = splits.skippedSoFar
    let found = skipped.filter { !listed.contains($0.path) }
    if !found.isEmpty {
      for file in found.prefix(ReadingWatch.warningLimit - warnings) {
        warnings += 1
        warn("skipped \(file.path): \(file.reason); another image takes its place")
      }
      listed.formUnion(found.map(\.path))
      try write(skipped)
    }
  }

  private func write(_ skipped: [SkippedFile]) throws {
    let list = DatasetSplits(train: splits.train, heldOut: splits.heldOut, skipped: skipped)
      .skippedList
    var lines = Set(list.split(separator: "\n"))
    // Of a run that was resumed, its earlier processes may have read what this one has not come to.
    let before = try? String(contentsOf: folder.skippedFiles, encoding: .utf8)
    if splits.areStreamed, let before { lines.formUnion(before.split(separator: "\n")) }
    let sorted = lines.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    try AtomicFile.write(Data(sorted.map { $0 + "\n" }.joined().utf8), to: folder.skippedFiles)
  }
}
