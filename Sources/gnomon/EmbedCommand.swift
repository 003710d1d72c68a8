import ArgumentParser
import Foundation
import RunStore
import Runs

struct EmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed", abstract: "A map of a run's layers, for gnomon serve.",
    discussion: """
      Held-out images, or a random sample of them, are embedded by the newest checkpoint. The map has each layer in the \
      plane of its two leading principal components, and the nearest points of each point at h and at z. \
      gnomon serve shows it on the run's page, and makes one itself where it is asked for.
      """)

  @Argument(help: ArgumentHelp("A run folder.", valueName: "run")) var path: String
  @Option(help: ArgumentHelp("How many images at most, up to 100000.", valueName: "count"))
  var points = EmbeddingMap.usualPoints
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The folder to write into (default: embeddings in the run's folder).", valueName: "folder"),
    transform: namedPath)
  var output: String?
  @Flag(help: "No progress.") var quiet = false

  func validate() throws {
    guard (2...EmbeddingMap.mostPoints).contains(points) else {
      throw ValidationError(
        "--points is \(points): use a whole number from 2 to \(EmbeddingMap.mostPoints)")
    }
  }

  func run() throws {
    try Failure.classifying {
      Interruption.followParent(grace: 0)
      let isQuiet = quiet
      let folder = RunFolder(path: path)
      if !isQuiet { Terminal.note("reading the run") }
      let run = try MeasuredRun(folder, layers: .head, warn: Terminal.warning)
      var shown: (work: String, at: ContinuousClock.Instant)?
      let map = try run.map(atMost: points) { progress in
        guard !isQuiet else { return }
        if let shown, shown.work == progress.work, shown.at.duration(to: .now) < .seconds(1) {
          return
        }
        shown = (progress.work, .now)
        Terminal.note("\(progress.work): \(progress.done) of \(progress.total)")
      }
      run.model.tellSkipped()
      let target = output.map { EmbeddingMapFolder(path: $0) } ?? folder.embeddings
      try map.write(to: target)
      if !isQuiet {
        Terminal.note("wrote \(target.url.path), \(map.count) points at step \(map.step)")
      }
    }
  }
}
