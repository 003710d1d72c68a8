extension DatasetSplits {
  /// The remarks, and what `skippedLines` says.
  ///
  /// - Parameter file: where all skipped files are listed, if they are anywhere.
  public func leftOutLines(listedIn file: String? = nil) -> [String] {
    remarks.map(singleLine) + skippedLines(listedIn: file)
  }

  /// Of the files that were skipped so far their number, the reasons with how many files each, and the first five by
  /// name: a line each, none where everything was used.
  ///
  /// - Parameter file: where all skipped files are listed, if they are anywhere.
  public func skippedLines(listedIn file: String? = nil) -> [String] {
    let skipped = skippedSoFar
    guard !skipped.isEmpty else { return [] }
    var counts: [String: Int] = [:]
    for file in skipped { counts[file.reason, default: 0] += 1 }
    let reasons = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    var parts = reasons.prefix(5).map { "\($0.value) × \($0.key)" }
    if reasons.count > 5 { parts.append("\(reasons.count - 5) other reasons") }
    let files = skipped.count == 1 ? "1 file" : "\(skipped.count) files"
    let first = skipped.prefix(5).map { "skipped \($0.path): \($0.reason)" }
    let all = file.map { "; all are listed in \($0)" } ?? ""
    let summary = "skipped \(files): \(parts.joined(separator: "; "))\(all)"
    return ([summary] + first).map(singleLine)
  }

  /// Every file that was skipped so far: a line each, its path, a tab, the reason.
  public var skippedList: String {
    skippedSoFar.map { singleLine($0.path) + "\t" + singleLine($0.reason) + "\n" }.joined()
  }
}
