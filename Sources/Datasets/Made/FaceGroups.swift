import Records

/// Which faces are of one design, so that none of it is both trained on and held out.
package struct FaceGroups {
  /// A group a face; a group is numbered by its first face.
  package let groups: [Int]

  /// Faces are together whose families begin with the same word, as of one foundry or series, and those
  /// that look nearly alike, as free copies of one design do whatever they are called; and all that are
  /// together with one and the same face.
  ///
  /// - Parameters:
  ///   - families: the name of each face's family.
  ///   - alike: pairs of faces that look nearly alike.
  package init(families: [String], alike: [(first: Int, second: Int)]) {
    var parents = Array(families.indices)
    func root(_ face: Int) -> Int {
      var face = face
      while parents[face] != face {
        parents[face] = parents[parents[face]]
        face = parents[face]
      }
      return face
    }
    func join(_ first: Int, _ second: Int) {
      let (one, other) = (root(first), root(second))
      parents[max(one, other)] = min(one, other)
    }
    var firsts: [String: Int] = [:]
    for (face, family) in families.enumerated() {
      let word = FaceGroups.word(of: family)
      guard !word.isEmpty else { continue }
      if let first = firsts[word] { join(first, face) } else { firsts[word] = face }
    }
    for pair in alike { join(pair.first, pair.second) }
    groups = families.indices.map(root)
  }

  /// The first word of a family's name, in lower case.
  private static func word(of family: String) -> String {
    family.lowercased().split { !$0.isLetter && !$0.isNumber }.first.map(String.init) ?? ""
  }

  /// How many groups there are.
  package var count: Int { Set(groups).count }

  /// The number of faces of the largest group.
  package var largest: Int { Dictionary(grouping: groups) { $0 }.values.map(\.count).max() ?? 0 }

  /// The faces that are held out: whole groups in the order of their hashes, each that fits into a fifth of
  /// all faces; of few faces the smallest group.
  ///
  /// - Parameter keys: what names each face for good; a group goes by its first face's.
  package func heldOut(keys: [String]) -> Set<Int> {
    let members = Dictionary(grouping: groups.indices) { groups[$0] }
    let ordered = members.values.sorted { first, second in
      let hashes = [first, second].map { FNV1a(keys[$0[0]]).value }
      return (hashes[0], first[0]) < (hashes[1], second[0])
    }
    let most = groups.count / 5
    var chosen: Set<Int> = []
    for group in ordered where chosen.count + group.count <= most { chosen.formUnion(group) }
    guard chosen.isEmpty, ordered.count > 1 else { return chosen }
    return Set(ordered.min { $0.count < $1.count } ?? [])
  }
}
