import Foundation

/// What this process reads: the parser that `GNOMON_FUZZ` names.
let chosenParser: FuzzedParser = {
  let name = ProcessInfo.processInfo.environment["GNOMON_FUZZ"] ?? ""
  guard let parser = FuzzedParser.all.first(where: { $0.name == name }) else {
    let known = FuzzedParser.all.map(\.name).joined(separator: " ")
    FileHandle.standardError.write(Data("GNOMON_FUZZ should be one of: \(known)\n".utf8))
    exit(2)
  }
  // What libraries set up once is not charged to the first input.
  for seed in [[], Array("{}".utf8)] { try? parser.read(seed) }
  return parser
}()

/// libFuzzer's entry: one input is read, and what the parser throws is what it is for.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let parser = chosenParser
  let before = MemoryPeak.bytes
  try? parser.read(input)
  let taken = MemoryPeak.bytes - before
  let allowed = parser.growth.allowance(for: count)
  precondition(
    taken <= allowed, "\(parser.name): \(count) bytes took \(taken) of memory, \(allowed) allowed")
  return 0
}
