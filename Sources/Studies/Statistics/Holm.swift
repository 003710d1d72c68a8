/// Holm's correction for several tests (Scandinavian Journal of Statistics 6, 1979).
public enum Holm {
  /// The corrected p of each test: in rising order, the k-th of m, from 0, is multiplied by m − k, and none is
  /// below an earlier one or above 1.
  public static func corrected(_ p: [Double]) -> [Double] {
    var corrected = p
    var highest = 0.0
    for (place, index) in p.indices.sorted(by: { (p[$0], $0) < (p[$1], $1) }).enumerated() {
      highest = max(highest, min(1, p[index] * Double(p.count - place)))
      corrected[index] = highest
    }
    return corrected
  }
}
