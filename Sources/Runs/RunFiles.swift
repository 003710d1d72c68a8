import Datasets
import RunStore

/// What a run writes while it goes on; of several processes one has them.
final class RunFiles {
  let metrics: JSONLinesFile
  let geometry: JSONLinesFile
  let log: TensorBoardRunLog?
  var reading: ReadingWatch

  /// Opens them, cut back to a step.
  ///
  /// - Throws: `RunStoreError` or `TensorBoardLogError` for what cannot be written.
  init(
    of folder: RunFolder, _ splits: DatasetSplits, log: RunConfiguration.Log, from step: Int
  ) throws {
    reading = try ReadingWatch(splits, folder)
    metrics = try JSONLinesFile(appendingTo: folder.metrics)
    do {
      geometry = try JSONLinesFile(appendingTo: folder.geometry)
    } catch {
      metrics.close()
      throw error
    }
    do {
      try metrics.truncate(afterStep: step)
      try geometry.truncate(afterStep: step)
      self.log = log == .tensorboard ? try TensorBoardRunLog(folder, from: step + 1) : nil
    } catch {
      metrics.close()
      geometry.close()
      throw error
    }
  }

  /// Brings all lines to the disk.
  func synchronize() throws {
    try log?.synchronize()
    try metrics.synchronize()
    try geometry.synchronize()
  }

  func close() {
    log?.close()
    geometry.close()
    metrics.close()
  }
}
