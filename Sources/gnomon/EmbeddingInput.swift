import ArgumentParser
import Measures
import Records
import RunStore
import Runs

/// What `gnomon geometry` and `gnomon probe` measure: a run, anybody's weights, or files of embeddings.
struct EmbeddingInput: ParsableArguments {
  enum Source {
    case run(RunFolder)
    case weights(MeasuredWeights)
    case files(h: String?, z: String?)
  }

  @Argument(help: "A run folder.") var run: String?
  @Option(
    help: ArgumentHelp(
      "Embeddings of layer h, one a row.",
      discussion: "A .npy file or a safetensors file; one of several tensors as FILE:NAME.",
      valueName: "file"))
  var embeddings: String?
  @Option(help: ArgumentHelp("Embeddings of layer z, one a row.", valueName: "file"))
  var projections: String?
  @Option(help: ArgumentHelp("Classes of the rows, whole numbers from 0.", valueName: "file"))
  var labels: String?
  @Flag(
    name: .customLong("drop-nan"),
    help: "Leave out rows that hold NaN, infinity or numbers beyond 1e70, in all files alike.")
  var dropNaN = false
  @Option(
    help: ArgumentHelp(
      "Which layers of a run or of --weights: head is h, the head's layers and z; tail is a ResNet's stage3 or "
        + "the last block but one besides; all is all those of the encoder's trunk before h too (default: the run's own setting; head).",
      valueName: "which"))
  var layers: MeasuredModel.Layers?
  @Option(
    help: ArgumentHelp(
      "Measure these figures alone, keys that gnomon figures lists with commas between them, and those that are measured with them. May be repeated.",
      valueName: "keys"))
  var figures: [String] = []
  @OptionGroup var model: WeightsInput

  /// The measures that give the figures that are asked for, all without a word.
  ///
  /// - Parameters:
  ///   - occasions: when a command's measures are taken.
  ///   - other: the command that takes the others.
  func measures(at occasions: [Occasion], other: String) throws -> [any Measure] {
    guard !figures.isEmpty else { return StandardMeasures.all }
    let keys = figures.flatMap { $0.split(separator: ",").map(String.init) }
    do {
      for key in keys {
        // A measure builds on those of its own occasion.
        let isOther = try !MeasuredFigures([key]).measures.allSatisfy {
          occasions.contains($0.occasion)
        }
        if isOther { throw Failure.usage("--figures: '\(key)' is measured by gnomon \(other)") }
      }
      return try MeasuredFigures(keys).measures
    } catch let error as MeasuredFigures.UnknownFigure {
      throw Failure.usage("--figures: \(error)")
    }
  }

  func source() throws -> Source {
    if let weights = model.weights {
      guard run == nil, embeddings == nil, projections == nil else {
        throw Failure.usage(
          "measure a run folder, --weights or files of embeddings, not two at once")
      }
      guard labels == nil, !dropNaN else {
        throw Failure.usage(
          "--labels and --drop-nan go with --embeddings: a data set knows its own")
      }
      return .weights(try model.model(weights, layers: layers ?? .head))
    }
    try model.expectNothingGiven()
    guard layers == nil || run != nil else {
      throw Failure.usage("--layers goes with a run folder or --weights: files have their own")
    }
    switch (run, embeddings != nil || projections != nil) {
    case (.some(let path), false):
      guard labels == nil, !dropNaN else {
        throw Failure.usage("--labels and --drop-nan go with --embeddings: a run knows its own")
      }
      return .run(RunFolder(path: path))
    case (nil, true): return .files(h: embeddings, z: projections)
    case (nil, false):
      throw Failure.usage(
        "nothing to measure: name a run folder, or give --weights or --embeddings FILE")
    case (.some, true):
      throw Failure.usage("measure a run folder or files of embeddings, not both at once")
    }
  }
}

extension MeasuredModel.Layers: ExpressibleByArgument {}

extension MeasuredModel {
  /// Says which files are not among the images that were measured.
  func tellSkipped() { skippedLines.forEach { Terminal.warning($0) } }
}

extension MeasuredRun {
  /// Puts figures into the run's folder, and says so; a folder that cannot be written costs a warning.
  func recordAndTell(_ layers: [LayerFigures]) {
    do {
      let files = try record(layers)
      let names = files.map(\.lastPathComponent).joined(separator: " and ")
      Terminal.note("wrote \(layers.count) layers at step \(step) into \(names) of the run")
    } catch {
      Terminal.warning("measured, but not written into the run: \(error)")
    }
  }
}

extension GivenEmbeddings {
  /// Says how many rows were left out.
  func tellDropped() {
    guard droppedCount > 0 else { return }
    Terminal.warning(
      "left out \(droppedCount) of \(count + droppedCount) rows that hold NaN, infinity or numbers beyond 1e70"
    )
  }
}
