import Foundation
import SwiftProtobuf

/// Writes an event file that TensorBoard opens. Each writer begins a file of its own in the folder; TensorBoard reads
/// the files of a folder one after the other.
///
/// ```swift
/// let writer = try EventFileWriter(in: folder)
/// try writer.write([TaggedValue("train/loss", .scalar(0.5))], step: 1)
/// ```
public final class EventFileWriter {
  /// The file.
  public let url: URL
  private var descriptor: Int32

  /// Begins a file in `folder`, which is made if need be.
  ///
  /// - Parameters:
  ///   - folder: the folder that TensorBoard is to show as one run.
  ///   - step: the first step that will be written. Where there are files already, TensorBoard leaves out what they
  ///     hold from this step on.
  /// - Throws: `TensorBoardLogError.unwritable`.
  public init(in folder: URL, from step: Int = 0) throws(TensorBoardLogError) {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: folder.path, reason: TensorBoardLogError.reason(of: error))
    }
    let newest = EventFiles.urls(in: folder).last.flatMap(EventFiles.second)
    let now = Date()
    // TensorBoard orders files by name: a later one has a later second whatever the clock says.
    let second = max(Int(now.timeIntervalSince1970), newest.map { $0 + 1 } ?? 0)
    url = folder.appendingPathComponent(EventFiles.name(ofSecond: second))
    descriptor = open(url.path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw .unwritable(path: url.path, reason: TensorBoardLogError.systemReason)
    }
    try append(Tensorboard_Event(step: 0, at: now, .fileVersion(Tensorboard_Event.fileVersion)))
    guard newest != nil else { return }
    var session = Tensorboard_SessionLog()
    session.status = .start
    try append(Tensorboard_Event(step: step, at: now, .sessionLog(session)))
  }

  deinit { close() }

  /// Adds the values of a step; scalars that are not finite are left out.
  ///
  /// - Throws: `TensorBoardLogError.unwritable`; then nothing of them stays.
  public func write(
    _ values: [TaggedValue], step: Int, at time: Date = Date()
  ) throws(TensorBoardLogError) {
    let kept = values.filter { tagged in
      if case .scalar(let number) = tagged.value { number.isFinite } else { true }
    }
    guard !kept.isEmpty else { return }
    try append(Tensorboard_Event(step: step, at: time, .summary(Tensorboard_Summary(kept))))
  }

  /// Waits until what was written is on disk.
  ///
  /// - Throws: `TensorBoardLogError.unwritable`.
  public func synchronize() throws(TensorBoardLogError) {
    guard fsync(descriptor) == 0 else {
      throw .unwritable(path: url.path, reason: TensorBoardLogError.systemReason)
    }
  }

  /// Closes the file; writing to it afterwards is an error.
  public func close() {
    guard descriptor >= 0 else { return }
    Foundation.close(descriptor)
    descriptor = -1
  }

  private func append(_ event: Tensorboard_Event) throws(TensorBoardLogError) {
    let record: Data
    do {
      record = RecordFraming.framed(try event.serializedData())
    } catch {
      throw .unwritable(path: url.path, reason: "\(error)")
    }
    let end = lseek(descriptor, 0, SEEK_END)
    var rest = record
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if errno != EINTR {
        let reason = TensorBoardLogError.systemReason
        if end >= 0 { _ = ftruncate(descriptor, end) }
        throw .unwritable(path: url.path, reason: reason)
      }
    }
  }
}
