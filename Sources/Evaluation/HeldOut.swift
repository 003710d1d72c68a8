/// A training split in five parts, of which one is held out to choose what cannot be fitted.
package struct HeldOut {
  /// The rows that are fitted, in order.
  package let fitted: [Int]
  /// The rows that are held out, in order.
  package let heldOut: [Int]

  /// Every fifth row once rows are ordered by class: each class is held out in proportion, whatever
  /// order the rows come in, and the same rows each time.
  package init(stratifiedBy labels: [Int]) {
    let ordered = labels.indices.sorted { (labels[$0], $0) < (labels[$1], $1) }
    var isHeldOut = [Bool](repeating: false, count: labels.count)
    for position in stride(from: 4, to: ordered.count, by: 5) {
      isHeldOut[ordered[position]] = true
    }
    fitted = labels.indices.filter { !isHeldOut[$0] }
    heldOut = labels.indices.filter { isHeldOut[$0] }
  }

  /// Every fifth row.
  package init(count: Int) { self.init(stratifiedBy: [Int](repeating: 0, count: count)) }
}
