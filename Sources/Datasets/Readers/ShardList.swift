import Foundation

/// The shards of a data set, by the split that they are named after.
struct ShardList {
  /// Shards to train on; all of them where none is named after a split.
  let train: [String]
  /// Held-out shards; none where none is named after a split.
  let heldOut: [String]

  private static let endings = [".tar", ".tar.gz", ".tgz"]
  private static let heldOutWords = [["val", "valid", "validation"], ["test"]]

  /// The shards of a folder and its subfolders `train`, `val` and so on, of one file, or of a pattern with
  /// `{000..009}`, `{train,val}`, `*`, `?` and `[…]`.
  init(_ path: String) throws(DatasetError) {
    let files = try ShardList.files(path)
    guard !files.isEmpty else { throw DatasetError(path, .format(.noShard)) }
    let train = files.filter { ShardList.isNamed($0, ["train", "training"]) }
    let heldOut = ShardList.heldOutWords.map { words in
      files.filter { ShardList.isNamed($0, words) }
    }
    let named = train.count + heldOut.reduce(0) { $0 + $1.count }
    guard named > 0 else {
      self.train = files
      self.heldOut = []
      return
    }
    if let other = files.first(where: { file in
      !train.contains(file) && !heldOut.joined().contains(file)
    }) {
      throw DatasetError(other, .format(.splitlessShard))
    }
    guard !train.isEmpty else {
      throw DatasetError(path, .format(.oneSplit(found: "held-out images")))
    }
    self.train = train
    self.heldOut = heldOut.first { !$0.isEmpty } ?? []
  }

  /// Whether a word of the file's or its folder's name, without a number behind it, is one of these.
  private static func isNamed(_ path: String, _ names: [String]) -> Bool {
    let parts = path.split(separator: "/").suffix(2)
    return parts.contains { part in
      part.lowercased().split { !$0.isLetter }.contains { names.contains(String($0)) }
    }
  }

  private static func files(_ path: String) throws(DatasetError) -> [String] {
    if FileBytes.isFolder(path) {
      var files: [String] = []
      for name in try FileNames.visible(in: path).map({ path + "/" + $0 }) {
        if isShard(name) { files.append(name) }
        if FileBytes.isFolder(name) {
          files += try FileNames.visible(in: name).map { name + "/" + $0 }.filter(isShard)
        }
      }
      return files
    }
    if FileBytes.size(of: path) != nil { return [path] }
    var files: [String] = []
    var known: Set<String> = []
    for pattern in try expanded(path) {
      let found = matches(pattern)
      guard !found.isEmpty else { throw DatasetError(pattern, .format(.noShard)) }
      // Patterns may overlap, and no shard counts twice.
      files += found.filter { known.insert($0).inserted }
    }
    return files
  }

  private static func isShard(_ path: String) -> Bool {
    endings.contains(where: path.hasSuffix) && FileBytes.size(of: path) != nil
  }

  private static func matches(_ pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, 0, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { index in
      found.gl_pathv[index].map { String(cString: $0) }
    }.filter { FileBytes.size(of: $0) != nil }
  }

  /// A pattern without braces for each of their choices, in their order.
  private static func expanded(_ pattern: String) throws(DatasetError) -> [String] {
    var done: [String] = []
    var open = [pattern]
    while let next = open.popLast() {
      guard let close = next.firstIndex(of: "}"),
        let start = next[..<close].lastIndex(of: "{")
      else {
        done.append(next)
        continue
      }
      let choices = choices(next[next.index(after: start)..<close])
      guard let choices, done.count + open.count + choices.count <= FormatFault.shardLimit else {
        throw DatasetError(pattern, .format(.pattern))
      }
      let rest = next[next.index(after: close)...]
      open += choices.reversed().map { next[..<start] + $0 + rest }
    }
    return done
  }

  /// `000..009` or `a,b`; nil for more than anyone has.
  private static func choices(_ text: Substring) -> [String]? {
    let bounds = text.split(separator: "..", omittingEmptySubsequences: false)
    if bounds.count == 2, let first = Int(bounds[0]), let last = Int(bounds[1]), first >= 0,
      last >= first
    {
      guard last - first < FormatFault.shardLimit else { return nil }
      let width = bounds[0].count
      return (first...last).map { number in
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
      }
    }
    return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}
