import Foundation

/// How long `body` takes, in seconds.
public func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try body()
  return start.duration(to: .now) / .seconds(1)
}

/// Times the first body against the second in turns, and prints the median time of the first and the
/// median ratio of the pairs with the smallest and the largest.
public func compare(
  _ name: String, pairs: Int, warmUps: Int = 2, _ first: () throws -> Void,
  against second: () throws -> Void
) rethrows {
  for _ in 0..<warmUps {
    try first()
    try second()
  }
  var firsts: [Double] = []
  var ratios: [Double] = []
  for _ in 0..<pairs {
    let time = try seconds(first)
    firsts.append(time)
    ratios.append(time / (try seconds(second)))
  }
  let middle = { (values: [Double]) in values.sorted()[values.count / 2] }
  show(
    String(
      format: "%@: %.1f ms, %.3f × (%.3f to %.3f in %d pairs)", name, middle(firsts) * 1e3,
      middle(ratios), ratios.min() ?? 0, ratios.max() ?? 0, pairs))
}

/// A line that appears at once, also in a pipe.
public func show(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
