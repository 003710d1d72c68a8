import Augmentations
import Contrastive
import Datasets
import Foundation
import Interchange
import Torch
import Training

/// A configuration that cannot be run: what is wrong, and where.
public enum ConfigurationError: Error, Equatable, Sendable {
  /// A configuration file cannot be read.
  case unreadable(path: String)
  /// A file's text is no YAML.
  case notYAML(source: String, reason: String)
  /// A file holds something other than keys with values.
  case notAMapping(source: String)
  /// What is wrong with one of a file's keys.
  indirect case inFile(source: String, ConfigurationError)
  /// No setting has this key; the nearest one that there is, if it can have been meant.
  case unknownKey(String, nearest: String?)
  /// A key is given a list, or a mapping where it takes none.
  case notOneValue(key: String)
  /// A key is given what it does not take; `text` is nil for a mapping.
  case value(key: String, text: String?, SettingForm, SettingProblem)
  /// The data set is one of files, and no folder is named.
  case dataNeeded(DatasetKind)
  /// A data set that is made, not read, has been given files.
  case dataUnused(DatasetKind)
  /// The device is not there.
  case device(DeviceError)
  /// The images do not divide into a vision transformer's patches.
  case patches(EncoderArchitecture, imageSize: Int, patch: Int)
  /// A setting is set that the encoder has not.
  case settingOfOtherEncoders(key: String, encoder: String)
  /// h has more dimensions than are measured.
  case tooWide(dimension: Int, limit: Int)
  /// The head does not fit the encoder.
  case head(NotationError)
  /// The policy cannot be made.
  case policy(PolicyError)
  /// The schedule moves a head that has nothing to train.
  case nothingToTrain(ScheduleChoice, HeadArchitecture)
  /// A head's setting differs from the encoder's under the schedule that moves both alike.
  case differsFromEncoder(key: String)
  /// An objective is placed at h, and there is no head that sets z apart from it.
  case placedWithoutHead(ObjectiveChoice)
  /// A queue that the keys of a step do not fill evenly.
  case unevenQueue(ObjectiveChoice, length: Int, batchSize: Int, views: Int)
  /// The schedule differentiates twice, and the objective cannot be.
  case secondDerivatives(ScheduleChoice, ObjectiveChoice, obstacle: String)
  /// The objective learns from labels that the data has not.
  case noLabels(ObjectiveChoice, DatasetKind)
  /// There is one held-out image alone, and figures compare two.
  case oneHeldOutImage(DatasetKind)
  /// A batch is larger than the training set.
  case batchTooLarge(batchSize: Int, images: Int)
  /// The weights that training begins with cannot be taken from their file.
  case initialWeights(WeightsError)
  /// The weights that training begins with are another network's.
  case otherInitialWeights(path: String, key: String, found: String, expected: String)
  /// A frozen head's weights cannot be taken from their file.
  case headWeights(path: String, reason: String)
  /// The weights of encoder and head are more than memory holds; both in bytes.
  case modelTooLarge(weights: Double, memory: Double)
  /// libtorch refuses to build the model.
  case model(TorchError)
}

/// What is wrong with the value that a setting is given.
public enum SettingProblem: Error, Equatable, Sendable {
  /// It is none of the values that the setting's form allows.
  case notOfForm
  /// It cannot be read in the setting's notation.
  case notation(NotationError)
  /// It describes no policy.
  case policy(PolicyError)
  /// It cannot be read for another reason.
  case unreadable(reason: String)
}

extension ConfigurationError: CustomStringConvertible {
  /// What is wrong and where, in one line.
  public var description: String {
    switch self {
    case .unreadable(let path): "cannot read the configuration file \(path)"
    case .notYAML(let source, let reason): "\(source) is not YAML: \(reason)"
    case .notAMapping(let source): "\(source) is not a mapping of keys to values"
    case .inFile(let source, let error): "\(source): \(error)"
    case .unknownKey(let key, let nearest):
      "unknown key '\(key)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    case .notOneValue(let key): "\(key) should have one value"
    case .value(let key, let text, let form, let problem):
      problem.description(key: key, text: text, form)
    case .dataUnused(let dataset):
      "data is set, which dataset \(dataset.rawValue) does not read: leave it out, or say which dataset it is, "
        + "as folder"
    case .dataNeeded(let dataset): "dataset \(dataset.rawValue) needs the folder of its files"
    case .device(let error): "\(error)"
    case .patches(let encoder, let imageSize, let patch):
      "image_size is \(imageSize), which does not divide into the patches of \(patch) pixels of encoder "
        + encoder.rawValue
    case .settingOfOtherEncoders(let key, let encoder):
      "\(key) is set, which encoder \(encoder) has not: leave it out"
    case .tooWide(let dimension, let limit):
      "the encoder gives an h of \(dimension) dimensions, where \(limit) at most are measured: take a smaller width"
    case .head(let error): "\(error)"
    case .policy(let error): "policy: \(error)"
    case .nothingToTrain(let schedule, let head):
      "schedule \(schedule) moves the head, but head \(head) has nothing to train"
    case .differsFromEncoder(let key):
      "\(key) differs from the encoder's, but schedule joint moves both alike"
    case .placedWithoutHead(let objective):
      "objective \(objective) stands at h, but without a head z is h: use \(objective.placed(at: .z))"
    case .unevenQueue(let objective, let length, let batchSize, let views):
      "objective \(objective): a queue of \(length) keys is not divisible by the "
        + "\(batchSize * views) of a step (batch_size \(batchSize) × \(views) views)"
    case .secondDerivatives(let schedule, let objective, let obstacle):
      "schedule \(schedule) differentiates twice, which objective \(objective) does not allow: "
        + obstacle
    case .noLabels(let objective, let dataset):
      "objective \(objective) learns from labels, and \(dataset.rawValue) has none here"
    case .oneHeldOutImage(let dataset):
      "dataset \(dataset.rawValue) has one held-out image here, where figures need two: hold out more, or set figures to none"
    case .batchTooLarge(let batchSize, let images):
      "batch_size is \(batchSize), but there \(images == 1 ? "is" : "are") only \(images) training image\(images == 1 ? "" : "s")"
    case .initialWeights(let error): "init: \(error)"
    case .otherInitialWeights(let path, let key, let found, let expected):
      "init: \(path) holds an encoder with \(key) \(found), not \(expected)"
    case .headWeights(let path, let reason): "schedule frozen:\(path): \(reason)"
    case .modelTooLarge(let weights, let memory):
      "the weights of encoder and head take \(weights.gigabytes), and this machine has "
        + memory.gigabytes
    case .model(let error): "the model cannot be built: \(error)"
    }
  }
}

extension Double {
  fileprivate var gigabytes: String { String(format: "%.0f GB", self / 1e9) }
}

extension SettingProblem {
  fileprivate func description(key: String, text: String?, _ form: SettingForm) -> String {
    switch self {
    case .notOfForm:
      let given = text ?? ""
      let hint = form.nearest(to: given).map { "did you mean '\($0)'? " } ?? ""
      return "\(key) is '\(given)': \(hint)\(form.remedy)"
    case .notation(let error): return "\(error)"
    case .policy(let error): return "\(key): \(error)"
    case .unreadable(let reason):
      return (text.map { "\(key) is '\($0)': " } ?? "\(key): ") + reason
    }
  }
}
