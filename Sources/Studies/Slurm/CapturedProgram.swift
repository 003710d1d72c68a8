import Foundation
import RunStore

/// A program whose output is read when it has ended.
///
/// It writes into files that have no name any more, so that it never waits for a reader, and nothing is left of them.
final class CapturedProgram {
  /// What a program said and how it ended.
  struct Answer {
    let ending: ProgramEnding
    let output: String
    let errors: String
  }

  /// When it began.
  let began = ContinuousClock.now
  private let process: ChildProcess
  private let files: [FileHandle]

  /// Starts a program.
  ///
  /// - Throws: `StudyError.slurm`.
  init(_ program: String, _ arguments: [String]) throws(StudyError) {
    var files: [FileHandle] = []
    for _ in 0..<2 { files.append(try Self.nameless(for: program)) }
    self.files = files
    var start = ProgramStart(program, arguments)
    start.output = .descriptor(files[0].fileDescriptor)
    start.errors = .descriptor(files[1].fileDescriptor)
    do throws(StudyError) {
      process = try ChildProcess(start)
    } catch {
      guard case .cannotStart(_, let reason) = error else { throw error }
      throw .slurm(program: program, reason: reason)
    }
  }

  /// What it said; nil while it has not ended.
  func poll() -> Answer? {
    process.poll()
    guard let ending = process.ending else { return nil }
    let texts = files.map { file in
      try? file.seek(toOffset: 0)
      // Answers on some ten thousand tasks are shorter.
      let data = (try? file.read(upToCount: 64 << 20)) ?? nil
      return String(decoding: data ?? Data(), as: UTF8.self)
    }
    return Answer(ending: ending, output: texts[0], errors: texts[1])
  }

  /// Ends it at once.
  func end() {
    process.end()
    process.wait()
  }

  private static func nameless(for program: String) throws(StudyError) -> FileHandle {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-\(UUID().uuidString)").path
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .slurm(program: program, reason: "\(path): \(String(cString: strerror(errno)))")
    }
    unlink(path)
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }
}
