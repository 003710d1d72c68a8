/// Images that are equal byte by byte.
enum EqualImages {
  /// The numbers of all images, counted through the sets, in groups of equal ones: each ascending, the groups
  /// in the order of their first images.
  static func groups(of sets: [ImageDataset]) -> [[Int]] {
    let places = sets.enumerated().flatMap { set, images in
      (0..<images.count).map { (set: set, index: $0) }
    }
    func pixels(_ number: Int) -> ArraySlice<UInt8> {
      sets[places[number].set].image(at: places[number].index)
    }
    var groups: [[Int]] = []
    var groupsOfHash: [Int: [Int]] = [:]
    for number in places.indices {
      let bytes = pixels(number)
      let hash = bytes.withUnsafeBytes { buffer in
        var hasher = Hasher()
        hasher.combine(bytes: buffer)
        return hasher.finalize()
      }
      if let group = groupsOfHash[hash]?.first(where: { pixels(groups[$0][0]) == bytes }) {
        groups[group].append(number)
      } else {
        groupsOfHash[hash, default: []].append(groups.count)
        groups.append([number])
      }
    }
    return groups
  }
}
