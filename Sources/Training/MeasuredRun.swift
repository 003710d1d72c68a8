import RunStore

/// A run on disk with its newest checkpoint loaded, to be measured.
public struct MeasuredRun {
  /// What measures it.
  public let measurement: Measurement

  /// Loads the run in `folder`; nothing in it is changed.
  ///
  /// - Parameter warn: gets a line for each newer checkpoint that is damaged.
  /// - Throws: `TrainingError`, `ConfigurationError` or `DatasetError`, one line each.
  public init(_ folder: RunFolder, warn: (String) -> Void) throws {
    measurement = try TrainingRun(reading: folder, warn: warn).measurement
  }
}
