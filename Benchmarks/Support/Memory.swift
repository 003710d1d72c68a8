import Foundation

/// The largest resident memory of this process since it began, or since it was last forgotten, in bytes.
public func peakResidentBytes() -> Int { statusBytes("VmHWM:") }

/// The resident memory of this process now, in bytes.
public func residentBytes() -> Int { statusBytes("VmRSS:") }

/// Begins a new peak of resident memory; Linux alone can forget what was.
public func forgetPeak() {
  try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
}

private func statusBytes(_ field: String) -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix(field) }
  return (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0) * 1024
}
