import ArgumentParser
import Foundation
import RunDatabase
import RunStore

struct StoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store", abstract: "The database of a study's runs.",
    discussion: """
      Run folders are the truth; store.sqlite beside them is made from them so that many runs are \
      searched quickly. Docs/Store.md describes its tables.
      """,
    subcommands: [Rebuild.self, Check.self])

  struct Rebuild: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make the database anew from the run folders.")

    @OptionGroup var place: StorePlace
    @Flag(help: "No progress.") var quiet = false

    func run() throws {
      let collection = try place.collection()
      let isQuiet = quiet
      var shown = ContinuousClock.now
      let kept = try RunDatabase.rebuild(at: place.store, from: collection) { done, total in
        guard !isQuiet, shown.duration(to: .now) > .seconds(1) else { return }
        shown = .now
        Terminal.note("read \(done) of \(total) runs")
      }
      if let kept {
        Terminal.warning("the notes of what was damaged could not be read: it is now \(kept)")
      }
      if !quiet { Terminal.note("wrote \(place.store): \(collection.runs.count) runs") }
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "See whether the database is whole and agrees with the run folders.")

    @OptionGroup var place: StorePlace

    func run() throws {
      let collection = try place.collection()
      guard FileManager.default.fileExists(atPath: place.store) else {
        throw Failure(
          message: "\(place.store) is not there: make it with gnomon store rebuild \(place.folder)",
          code: Failure.failed)
      }
      let database = try RunDatabase.open(path: place.store)
      let problems = try database.check(against: collection)
      try database.close()
      guard problems.isEmpty else {
        problems.forEach { Terminal.warning($0) }
        throw Failure(
          message: "\(place.store): \(problems.count) of these; "
            + "make it again with gnomon store rebuild \(place.folder)",
          code: Failure.failed)
      }
      print("\(place.store) is whole and agrees with \(collection.runs.count) run folders")
    }
  }
}

/// A folder of runs and its store.
struct StorePlace: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A study's folder, or a folder of run folders.", valueName: "folder"))
  var folder: String

  var store: String {
    RunCollection.store(in: URL(fileURLWithPath: folder, isDirectory: true)).path
  }

  func collection() throws -> RunCollection { try RunCollection(path: folder) }
}
