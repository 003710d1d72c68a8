/// Holm's correction for several tests (Scandinavian Journal of Statistics 6, 1979).
public enum Holm {
  /// The corrected p of each test: in rising order, the k-th of m, from 0, is multiplied by m − k, and none is
  /// below an earlier one or above 1.
  ///
  /// - Parameters:
  ///   - p: of the tests that were made.
  ///   - pending: how many more there are to be made, each of which may turn out to have the smallest p.
  public static func corrected(_ p: [Double], pending: Int = 0) -> [Double] {
    let count = p.count + pending
    var corrected = p
    var highest = 0.0
    for (place, index) in p.indices.sorted(by: { (p[$0], $0) < (p[$1], $1) }).enumerated() {
      highest = max(highest, min(1, p[index] * Double(count - place)))
      corrected[index] = highest
    }
    return corrected
  }
}
