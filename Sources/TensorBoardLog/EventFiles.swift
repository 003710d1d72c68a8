import Foundation
import SwiftProtobuf

/// The event files of a folder.
public enum EventFiles {
  private static let beginning = "events.out.tfevents."

  /// The event files in `folder`, in the order in which TensorBoard reads them.
  public static func urls(in folder: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasPrefix(beginning) }.sorted()
      .map { folder.appendingPathComponent($0) }
  }

  /// The events of a file, up to an unfinished last one, without those that only other programs write.
  ///
  /// - Throws: `TensorBoardLogError.unreadable` or `.damaged`.
  public static func events(of file: URL) throws(TensorBoardLogError) -> [LoggedEvent] {
    let data: Data
    do {
      data = try Data(contentsOf: file)
    } catch {
      throw .unreadable(path: file.path, reason: TensorBoardLogError.reason(of: error))
    }
    guard let records = RecordFraming.records(in: data) else { throw .damaged(path: file.path) }
    do {
      return try records.compactMap { try Tensorboard_Event(serializedBytes: $0).logged }
    } catch {
      throw .damaged(path: file.path)
    }
  }

  /// The name of a file that is begun at a second since 1970: ten digits, so that names are in the order of time.
  static func name(ofSecond second: Int) -> String {
    let digits = String(second)
    let zeros = String(repeating: "0", count: max(0, 10 - digits.count))
    return "\(beginning)\(zeros)\(digits).gnomon"
  }

  /// The second in a file's name.
  static func second(of file: URL) -> Int? {
    Int(file.lastPathComponent.dropFirst(beginning.count).prefix { $0.isNumber })
  }
}
