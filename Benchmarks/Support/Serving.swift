import Foundation

/// Prints one JSON line.
public func answer(_ record: [String: Double]) {
  let entries = record.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
  print("{\(entries.joined(separator: ", "))}")
  fflush(nil)
}

/// Answers each line `run` on standard input with what one repetition took, which returns how many views it made, until
/// the input ends. The first repetition is not told of.
///
/// - Parameters:
///   - forget: begins a new peak of memory.
///   - peak: the most memory held since, in bytes.
public func serve(
  forgetting forget: () -> Void = forgetPeak, peak: () -> Int = peakResidentBytes,
  _ repetition: () throws -> Int
) throws {
  _ = try repetition()
  answer(["ready": 1])
  while let line = readLine(), line == "run" {
    forget()
    let start = ContinuousClock.now
    let views = try repetition()
    let seconds = start.duration(to: .now) / .seconds(1)
    answer(["seconds": seconds, "views": Double(views), "peak_bytes": Double(peak())])
  }
}
