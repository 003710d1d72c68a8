/// Why a model is not written as an ONNX graph.
public enum ONNXError: Error, Equatable, Sendable {
  /// z is asked for, and there is no head: it is h.
  case noHead
  /// The file would be of so many bytes, more than a message of Protocol Buffers may have.
  case tooLarge(bytes: Int)
}

extension ONNXError: CustomStringConvertible {
  /// One line.
  public var description: String {
    switch self {
    case .noHead: "there is no head: z is h"
    case .tooLarge(let bytes):
      "the weights take \(bytes) bytes, and an ONNX file holds \(ONNXModel.largestFile) at most"
    }
  }
}
