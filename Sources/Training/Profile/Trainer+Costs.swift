import Contrastive
import Torch
import TorchNN

/// What the parts of a step have to do. What takes place at h is not counted: heads and losses differ too much.
extension Trainer {
  /// Images and parameters read, h written.
  func forwardCost(of images: Tensor) -> StepProfile.Cost {
    StepProfile.Cost(
      bytes: images.byteCount + encoderBytes.parameters + embeddingBytes(of: images),
      operations: operations(of: images) { $0.forwardOperations(side: $1) })
  }

  /// The gradient at h and the parameters read, the parameters' gradients written; where images go through in parts, those go the
  /// way forward again.
  func backwardCost(of images: Tensor) -> StepProfile.Cost {
    let back = StepProfile.Cost(
      bytes: embeddingBytes(of: images) + 2 * encoderBytes.parameters,
      operations: operations(of: images) { $0.backwardOperations(side: $1) })
    guard let encoderLimit, images.size(0) > encoderLimit else { return back }
    let again = forwardCost(of: images)
    return StepProfile.Cost(
      bytes: back.bytes + again.bytes, operations: back.operations + again.operations)
  }

  /// Parameters and what the optimiser keeps, read and written, and gradients read.
  var optimizerCost: StepProfile.Cost {
    StepProfile.Cost(bytes: 3 * encoderBytes.parameters + 2 * encoderBytes.state)
  }

  /// In float32.
  private func embeddingBytes(of images: Tensor) -> Double {
    Double(4 * images.size(0) * encoder.outputDimension)
  }

  /// None for an encoder that does not say what it is.
  private func operations(of images: Tensor, _ count: (EncoderForm, Int) -> Double) -> Double {
    guard let form = (encoder as? any DescribedEncoder)?.form else { return 0 }
    return Double(images.size(0)) * count(form, images.size(3))
  }
}

extension Tensor {
  /// What its numbers take.
  var byteCount: Double { Double(count * dtype.byteCount) }
}

extension StepProfile.Cost {
  /// What views take that are written.
  package static func writing(_ views: Tensor) -> StepProfile.Cost {
    StepProfile.Cost(bytes: views.byteCount)
  }
}
