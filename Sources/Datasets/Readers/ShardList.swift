import Foundation

/// The shards of a data set, by the split that they are named after.
struct ShardList {
  /// Shards to train on; all of them where none is named after a split.
  let train: [String]
  /// Held-out shards; none where none is named after a split.
  let heldOut: [String]

  private static let endings = [".tar", ".tar.gz", ".tgz"]
  /// The words of a split's shards: training's first, then held-out ones in the order in which they are preferred.
  private static let words = [["train", "training"], ["val", "valid", "validation"], ["test"]]

  /// The shards of a folder and its subfolders `train`, `val` and so on, of one file, or of a pattern with
  /// `{000..009}`, `{train,val}`, `*`, `?` and `[…]`.
  init(_ path: String) throws(DatasetError) {
    let files = try ShardList.files(path)
    guard !files.isEmpty else { throw DatasetError(path, .format(.noShard)) }
    // The name of the folder that all shards are in by what was asked for says nothing of any of them.
    let asked = FileBytes.isFolder(path) ? path + "/" : String(path.prefix { !"{*?[".contains($0) })
    let common = ShardList.parts(of: asked).folder
    var shards = [[String]](repeating: [], count: ShardList.words.count)
    var unnamed: [String] = []
    for file in files {
      let (folder, name) = ShardList.parts(of: file)
      var splits = ShardList.splits(namedIn: name)
      if splits.isEmpty && folder != common {
        splits = ShardList.splits(namedIn: folder.split(separator: "/").last ?? "")
      }
      guard splits.count < 2 else { throw DatasetError(file, .format(.shardOfTwoSplits)) }
      if let split = splits.first { shards[split].append(file) } else { unnamed.append(file) }
    }
    guard unnamed.count < files.count else {
      train = files
      heldOut = []
      return
    }
    if let other = unnamed.first { throw DatasetError(other, .format(.splitlessShard)) }
    guard !shards[0].isEmpty else {
      throw DatasetError(path, .format(.oneSplit(found: "held-out images")))
    }
    train = shards[0]
    heldOut = shards.dropFirst().first { !$0.isEmpty } ?? []
  }

  /// A path up to its last slash, with it, and what follows.
  private static func parts(of path: String) -> (folder: Substring, name: Substring) {
    let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    return (path[..<start], path[start...])
  }

  /// The places of the splits that words of a name, without a number behind them, are of.
  private static func splits(namedIn name: Substring) -> [Int] {
    let found = name.lowercased().split { !$0.isLetter }.map(String.init)
    return words.indices.filter { place in words[place].contains(where: found.contains) }
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
