import Datasets
import Foundation
import Interchange
import Measures
import ONNXFormat
import Records
import Reports
import RunStore
import Runs
import Server
import Studies
import Torch

/// What the libraries say went wrong, with the options and commands that help: the one place that names them.
enum ErrorWording {
  /// An error as one line.
  static func line(for error: any Error) -> String {
    switch error {
    case let error as ConfigurationError: error.line
    case let error as RunError: "\(error)" + error.advice
    case let error as WeightsError: "\(error)" + error.advice
    case ONNXError.noHead: "\(ONNXError.noHead): leave out --with-head"
    case let error as RunStoreError: "\(error)" + error.advice
    case let error as StudyFileError: error.line
    case let error as ReportError: "\(error)" + error.advice
    case MakingError.imageSize(let size, let allowed):
      "--image-size is \(size): use a whole number from \(allowed.lowerBound) to \(allowed.upperBound)"
    case let error as GivenEmbeddingsError: error.line
    case let error as StudyError: "\(error)" + error.advice
    case let error as ServerError: "\(error)" + error.advice
    default: "\(error)"
    }
  }
}

extension ConfigurationError {
  /// The error of a file or of settings together.
  fileprivate var line: String {
    if case .inFile(let source, let error) = self { return "\(source): \(error.line)" }
    return description + advice
  }

  /// The error of a value that an option gave.
  func line(forOption key: String) -> String {
    guard case .value(_, let text, let form, .notOfForm) = self else { return line }
    let option = "--" + key.replacing("_", with: "-")
    return ConfigurationError.value(key: option, text: text, form, .notOfForm).line
  }

  private var advice: String {
    switch self {
    case .unknownKey(_, nearest: nil): "; gnomon settings lists all of them"
    case .dataNeeded: ": --data FOLDER"
    case .device(.notAvailable): "; use --device cpu, or install a CUDA build of torch"
    case .patches(_, let imageSize, let patch):
      ": use --image-size \(max(imageSize / patch, 1) * patch)"
    case .nothingToTrain: ": use another --head, or --schedule joint"
    case .differsFromEncoder: ": use --schedule two-timescale"
    case .batchTooLarge: ": use a smaller --batch-size"
    case .initialWeights(let error): error.advice
    case .otherInitialWeights(_, let key, let found, _): ": use --\(key) \(found)"
    case .modelTooLarge: ": use a smaller --width or --head"
    default: ""
    }
  }
}

extension WeightsError {
  fileprivate var advice: String {
    switch fault {
    case .otherArchitecture: "; leave out --architecture or --stem, or correct it"
    case .noPrefix: ": choose another --prefix"
    case .noHead: "; name its file with --head"
    default: ""
    }
  }
}

extension RunError {
  fileprivate var advice: String {
    switch self {
    case .outputExists(let path): ": choose another --output, or continue it with --resume \(path)"
    case .outputIsFile: ": choose another --output"
    case .nonFiniteLoss, .nonFiniteWeights:
      "; try a lower --learning-rate, a lower rate of the schedule's, or a higher --temperature if the objective has one"
    case .notARun: "; name a folder that gnomon train wrote"
    case .lostProcess(_, _?, _): ": continue with --resume"
    case .unevenShares(let batchSize, let processes):
      ": use --batch-size \(max(1, batchSize / processes) * processes), or another number of processes"
    case .noDeviceOfItsOwn(_, let count): ": start \(count), or use --device cpu"
    case .dataChanged: "; restore it, or begin another run with --output"
    case .damagedCheckpoint, .noCheckpoint, .lostProcess, .otherData: ""
    }
  }
}

extension RunStoreError {
  fileprivate var advice: String {
    switch self {
    case .notARun: "; name a folder that gnomon train wrote"
    case .newerSchema, .newerStore: "; use a newer gnomon"
    case .damagedStore(let path, _):
      "; make it again with gnomon store rebuild "
        + URL(fileURLWithPath: path).deletingLastPathComponent().path
    default: ""
    }
  }
}

extension StudyFileError {
  fileprivate var line: String {
    switch problem {
    case .noQuick: "\(self): leave out --quick, or add one"
    case .unknownKey(let key, _, let known) where known.count > 12 && known.nearest(to: key) == nil:
      "\(self); gnomon settings lists all of them"
    case .setting(let place, let error): "\(position): \(place): \(error.line)"
    case .run(let settings, let error): "\(position): the run with \(settings): \(error.line)"
    default: "\(self)"
    }
  }
}

extension StudyError {
  fileprivate var advice: String {
    switch self {
    case .otherStudy: ": choose another --output"
    case .notAStudy: ": name a study file, or a folder that gnomon study wrote"
    case .isAStudyFolder: ": leave out --output"
    case .hasItsSettings: ": leave out --set, or name the study file"
    case .inQueue(_, let job):
      ": follow it with --executor slurm, or end it with scancel \(job)"
    case .isShared: ": join them with --executor shared, or stop them"
    case .unknownSubset: "; --only takes AXIS=VALUE, or AXIS=VALUE,VALUE"
    case .missingData(let path, _):
      "; "
        + (path.hasPrefix("data/")
          ? "make data makes the sets of the ready studies, and" : "with data sets")
        + " --only data_set=NAME takes those that are there"
    default: ""
    }
  }
}

extension ReportError {
  fileprivate var advice: String {
    switch self {
    case .nothingRecorded: "; name a folder that gnomon train wrote"
    case .notAStudy: "; name a folder that gnomon study wrote"
    case .noBrowser(nil):
      ": install one (apt install chromium, brew install --cask chromium), or name it in "
        + HeadlessBrowser.variable
    case .noBrowser: ": correct \(HeadlessBrowser.variable)"
    case .browserFailed: "; another browser can be named in \(HeadlessBrowser.variable)"
    case .noRuns, .missingResource, .unknownClaim, .nothingToDraw: ""
    }
  }
}

extension ServerError {
  fileprivate var advice: String {
    switch self {
    case .addressInUse: ": choose another --port"
    case .cannotListen: ": choose another --host or --port"
    case .noFolder: ": name folders of runs or studies"
    }
  }
}

extension GivenEmbeddingsError {
  fileprivate var line: String {
    switch self {
    case .noEmbeddings: "no embeddings: give --embeddings FILE or --projections FILE"
    case .viewsWithoutEmbeddings(_, let layer):
      "\(self): give \(layer == "h" ? "--embeddings" : "--projections") FILE"
    case .notFinite: "\(self) with --drop-nan"
    default: "\(self)"
    }
  }
}
