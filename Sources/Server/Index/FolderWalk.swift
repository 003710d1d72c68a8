import Foundation
import Records

/// Finds runs and studies below folders, again and again: a folder whose entry has not changed is not listed anew.
/// Links are not followed.
struct FolderWalk {
  /// A folder that holds a run or a study.
  struct Place: Hashable, Sendable {
    /// The folder's whole path.
    let path: String
    /// The path below the folder that was asked for, that folder's own name before it.
    let label: String
    /// Where it is in the address of a page: the same as long as the path is.
    var identifier: String { FNV1a(path).hexadecimal }
  }

  /// What was found.
  struct Findings: Equatable {
    var runs: [Place] = []
    var studies: [Place] = []
    /// Whether there were more folders than are looked at.
    var isCut = false
  }

  private struct Listing {
    let stamp: FileStamp
    /// Whether a change after it shows in the stamp, which is as coarse as the file system's clock.
    let isSettled: Bool
    let isRun: Bool
    let isStudy: Bool
    let folders: [String]
  }

  /// The folders to look below, without links.
  let roots: [String]
  private var listings: [String: Listing] = [:]

  /// How far below a folder is looked.
  static let depth = 8
  /// The most runs and studies that are shown.
  static let most = 50_000

  private static let runFiles: Set<String> = ["config.yaml", "metrics.jsonl", "summary.json"]

  /// A walk below folders, which may be links themselves.
  init(_ folders: [URL]) {
    roots = folders.map { folder in
      guard let resolved = realpath(folder.path, nil) else { return folder.path }
      defer { free(resolved) }
      return String(cString: resolved)
    }
  }

  /// Looks once more.
  mutating func look() -> Findings {
    var findings = Findings()
    var seen: [String: Listing] = [:]
    for root in roots where seen[root] == nil {
      visit(
        Place(path: root, label: URL(fileURLWithPath: root).lastPathComponent), 0, &findings, &seen)
    }
    listings = seen
    return findings
  }

  private func visit(
    _ place: Place, _ depth: Int, _ findings: inout Findings, _ seen: inout [String: Listing]
  ) {
    guard seen[place.path] == nil, let listing = listing(of: place.path) else { return }
    guard findings.runs.count + findings.studies.count < Self.most else {
      findings.isCut = true
      return
    }
    seen[place.path] = listing
    if listing.isStudy { findings.studies.append(place) }
    // What a run holds is its own.
    if listing.isRun { return findings.runs.append(place) }
    guard depth < Self.depth else { return }
    for name in listing.folders {
      let inner = Place(path: "\(place.path)/\(name)", label: "\(place.label)/\(name)")
      visit(inner, depth + 1, &findings, &seen)
    }
  }

  private func listing(of path: String) -> Listing? {
    guard let stamp = FileStamp(path), stamp.isFolder else { return nil }
    if let known = listings[path], known.stamp == stamp, known.isSettled { return known }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return nil }
    let isRun = names.contains { Self.runFiles.contains($0) }
    let isStudy = names.contains("study.json")
    let folders =
      isRun
      ? []
      : names.filter { !$0.hasPrefix(".") && FileStamp("\(path)/\($0)")?.isFolder == true }.sorted()
    return Listing(
      stamp: stamp, isSettled: stamp.changed.addingTimeInterval(2) < Date(), isRun: isRun,
      isStudy: isStudy, folders: folders)
  }
}
