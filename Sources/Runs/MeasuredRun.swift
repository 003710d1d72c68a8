import Datasets
import Foundation
import Measures
import Records
import RunStore

/// A run on disk with its newest checkpoint loaded, to be measured.
public struct MeasuredRun {
  /// What measures it.
  public let model: MeasuredModel
  /// The step of the checkpoint.
  public let step: Int
  let epoch: Double
  let folder: RunFolder
  let heldOut: ImageDataset

  /// Loads the run in `folder`; nothing in it is changed.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - layers: which layers are measured; nil for those of the run's settings.
  ///   - warn: gets a line for each newer checkpoint that is damaged.
  /// - Throws: `RunError`, `ConfigurationError` or `DatasetError`, one line each.
  public init(
    _ folder: RunFolder, layers: MeasuredModel.Layers? = nil, warn: (String) -> Void
  ) throws {
    let run = try TrainingRun(reading: folder, warn: warn)
    var model = run.measuredModel
    if let layers { model.layers = layers }
    self.model = model
    step = run.step
    epoch = run.epochsDone
    self.folder = folder
    heldOut = run.splits.heldOut
  }

  /// Writes what was measured into the run's folder, as `RunFolder.record` does it.
  ///
  /// - Returns: the files that were written.
  /// - Throws: `RunStoreError` where they cannot be written, or a process still works on the run; then the
  ///   folder is as it was, or at least each file whole.
  public func record(_ layers: [LayerFigures]) throws -> [URL] {
    let lock = try folder.lock()
    defer { withExtendedLifetime(lock) {} }
    return try folder.record(layers, step: step, epoch: epoch)
  }
}
