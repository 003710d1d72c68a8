import Contrastive
import Foundation
import SwiftProtobuf
import Torch

/// A trained encoder, and its head where it is wanted, as an ONNX graph in evaluation mode: opset 17, float32.
///
/// The input `images` is N×3×S×S, RGB in 0…1, N as large as one likes; how images are normalised is part of the graph. The
/// outputs are `h`, N×D, and with the head `z`. Batch normalisation stays nodes of its own, by running statistics; what runs
/// the graph folds them into the convolutions.
public struct ONNXModel {
  /// The bytes that a message of Protocol Buffers may have, and with it a file without others beside it.
  public static let largestFile = Int(Int32.max)
  /// The version of the operators.
  public static let operatorSet = 17
  /// The version of the format that goes with it.
  private static let formatVersion = 8
  /// What a graph takes beside its weights, at most: the deepest has some hundred nodes.
  private static let largestGraph = 1 << 20

  private let model: Onnx_ModelProto

  /// The graph of a model.
  ///
  /// - Parameters:
  ///   - encoder: the encoder.
  ///   - head: its head, for a second output z; nil for h alone.
  ///   - imageSize: the side S of the images in pixels: for a vision transformer its own.
  ///   - producerVersion: the version of the program that writes it.
  ///   - metadata: what else is to be known of the model.
  /// - Throws: `ONNXError` for a head that is none, and for weights beyond `largestFile`.
  public init(
    of encoder: any DescribedEncoder, head: ProjectionHead? = nil, imageSize: Int,
    producerVersion: String, metadata: [String: String] = [:]
  ) throws(ONNXError) {
    if let head, head.architecture == .none { throw .noHead }
    let states = [encoder.state] + (head.map { [$0.state] } ?? [])
    try ONNXModel.check(
      byteCount: states.flatMap(\.values).reduce(0) { $0 + 4 * $1.count })
    var graph = GraphBuilder(encoder.state.mapValues { $0.to(.float32) })
    let images = graph.normalized("images", by: encoder.normalization)
    switch encoder.form {
    case .resNet(let depth, let stem, _): graph.addResNet(depth, stem, images, output: "h")
    case .visionTransformer(let size, let side, let pooling):
      precondition(side == imageSize, "a graph for \(imageSize) pixels of an encoder for \(side)")
      graph.addVisionTransformer(size, pooling, images, output: "h")
    }
    var outputs = [Onnx_ValueInfoProto("h", [.named("N"), .fixed(encoder.outputDimension)])]
    outputs[0].docString = "The representation."
    if let head {
      graph.addHead(head, "h", output: "z")
      outputs.append(Onnx_ValueInfoProto("z", [.named("N"), .fixed(head.outputDimension)]))
      outputs[1].docString = "The projection that the objective was computed of."
    }
    var input = Onnx_ValueInfoProto(
      "images", [.named("N"), .fixed(3), .fixed(imageSize), .fixed(imageSize)])
    input.docString = "Images, RGB in 0…1, not normalised."
    graph.graph.name = "encoder"
    graph.graph.input = [input]
    graph.graph.output = outputs
    model = ONNXModel.model(
      graph.graph,
      "\(encoder.form). Takes images N×3×\(imageSize)×\(imageSize), RGB in 0…1; normalises them by "
        + "\(encoder.normalization) itself.", producerVersion, metadata)
  }

  private static func model(
    _ graph: Onnx_GraphProto, _ description: String, _ producerVersion: String,
    _ metadata: [String: String]
  ) -> Onnx_ModelProto {
    var operators = Onnx_OperatorSetIdProto()
    operators.domain = ""
    operators.version = Int64(operatorSet)
    var model = Onnx_ModelProto()
    model.irVersion = Int64(formatVersion)
    model.opsetImport = [operators]
    model.producerName = "gnomon"
    model.producerVersion = producerVersion
    model.docString = description
    model.graph = graph
    model.metadataProps = metadata.sorted { $0.key < $1.key }.map { key, value in
      var entry = Onnx_StringStringEntryProto()
      (entry.key, entry.value) = (key, value)
      return entry
    }
    return model
  }

  /// Refuses weights of so many bytes that the file would be larger than a message may be.
  package static func check(byteCount: Int) throws(ONNXError) {
    guard byteCount <= largestFile - largestGraph else { throw .tooLarge(bytes: byteCount) }
  }

  /// The file's bytes: equal models give equal files.
  public var data: Data {
    guard let data: Data = try? model.serializedBytes() else {
      preconditionFailure("a message below the largest size could not be encoded")
    }
    return data
  }
}
