import Foundation

/// The names of files in an order that is the same everywhere.
enum FileNames {
  /// The visible entries of a folder, sorted by the bytes of their names.
  static func visible(in folder: String) throws(DatasetError) -> [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw DatasetError(folder, .unreadable)
    }
    return names.filter { !$0.hasPrefix(".") }.sorted(by: precedes)
  }

  /// An order that, unlike that of strings, no two names share.
  static func precedes(_ first: String, _ second: String) -> Bool {
    first.utf8.lexicographicallyPrecedes(second.utf8)
  }
}
