import Contrastive
import Interchange
import ONNXFormat
import Records
import RunStore
import Torch
import Training

/// A run's encoder and head at its newest checkpoint, without its images: what is exported.
public struct SavedModel {
  /// The resolved configuration.
  public let configuration: RunConfiguration
  /// The step of the checkpoint.
  public let step: Int
  private let encoder: any DescribedEncoder
  private let head: ProjectionHead

  /// Loads the newest readable checkpoint of the run in `folder`; nothing in it is changed.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - warn: gets a line for each newer checkpoint that is damaged.
  /// - Throws: `RunError` or `ConfigurationError`, one line each.
  public init(_ folder: RunFolder, warn: (String) -> Void) throws {
    guard folder.hasConfiguration else { throw RunError.notARun(path: folder.url.path) }
    configuration = try RunConfiguration(of: folder).resolved()
    let (checkpoint, damaged) = try CheckpointFolder(folder: folder).readNewest()
    for message in damaged { warn("\(message); taking step \(checkpoint.record.step)") }
    let trainer = try configuration.makeTrainer()
    do {
      try trainer.load(checkpoint.tensors, step: checkpoint.record.step)
    } catch {
      throw RunError.damagedCheckpoint(path: folder.checkpoints.path, reason: "\(error)")
    }
    guard let encoder = trainer.encoder as? any DescribedEncoder else {
      preconditionFailure("a configuration makes an encoder that says what it is")
    }
    self.encoder = encoder
    head = trainer.objective.head
    step = checkpoint.record.step
  }

  /// What the encoder is.
  public var form: EncoderForm { encoder.form }

  /// The weights for others to load. Traps for a format that does not name the encoder.
  public func weights(as format: WeightsFormat) -> SafeTensors {
    SafeTensors(exporting: encoder, head, as: format, configuration: configuration.yaml)
  }

  /// The encoder as an ONNX graph that gives h, and z with the head; the metadata hold the configuration and the step.
  ///
  /// - Throws: `ONNXError` for a head that is none, and for weights that one file cannot hold.
  public func onnx(withHead: Bool) throws(ONNXError) -> ONNXModel {
    try ONNXModel(
      of: encoder, head: withHead ? head : nil, imageSize: configuration.imageSize,
      producerVersion: PackageVersion.current,
      metadata: ["configuration": configuration.yaml, "step": "\(step)"])
  }
}
