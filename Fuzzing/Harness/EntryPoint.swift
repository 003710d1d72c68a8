import Foundation

/// What this process reads: the parser that `GNOMON_FUZZ` names.
let chosenParser: FuzzedParser = {
  let name = ProcessInfo.processInfo.environment["GNOMON_FUZZ"] ?? ""
  guard let parser = FuzzedParser.all.first(where: { $0.name == name }) else {
    let known = FuzzedParser.all.map(\.name).joined(separator: " ")
    report("GNOMON_FUZZ should be one of: \(known)")
    _exit(2)
  }
  // What libraries set up once is not charged to the first input.
  for seed in [[], Array("{}".utf8)] { try? parser.read(seed) }
  return parser
}()

/// Whether to print what comes of each input, as one wants it of a single one.
private let saysOutcome = ProcessInfo.processInfo.environment["GNOMON_FUZZ_SAY"] != nil

private func report(_ line: String) {
  FileHandle.standardError.write(Data("\(line)\n".utf8))
}

/// libFuzzer's entry: one input is read, and what the parser throws is what it is for.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let parser = chosenParser
  let before = MemoryPeak.bytes
  do {
    try parser.read(input)
    if saysOutcome { report("\(parser.name): read") }
  } catch {
    if saysOutcome { report("\(parser.name): \(error)") }
  }
  let taken = MemoryPeak.bytes - before
  let allowed = parser.growth.allowance(for: count)
  precondition(
    taken <= allowed, "\(parser.name): \(count) bytes took \(taken) of memory, \(allowed) allowed")
  return 0
}
