import Contrastive
import Foundation
import Measures

extension RunConfiguration {
  /// Refuses a model whose weights alone are more than this machine's memory, before anything is allocated, and one whose h
  /// is too wide to be measured.
  func checkMemory() throws(ConfigurationError) {
    let inputs = self.encoder.outputDimension(width: self.width)
    let count = encoderForm.weightCount + self.head.weightCount(inputs: inputs)
    let weights = 4 * count
    let memory = Double(ProcessInfo.processInfo.physicalMemory)
    guard weights < memory else { throw .modelTooLarge(weights: weights, memory: memory) }
    let limit = MeasuredModel.usualDimensionLimit
    guard inputs <= limit else { throw .tooWide(dimension: inputs, limit: limit) }
  }
}

extension EncoderForm {
  /// About how many weights there are: of a ResNet those of width 64 without the classifier (11.2, 21.3 and 23.5 million,
  /// arXiv 1512.03385) by the square of the width.
  fileprivate var weightCount: Double {
    switch self {
    case .resNet(let depth, _, let width):
      let standard =
        switch depth {
        case .resNet18: 11.2e6
        case .resNet34: 21.3e6
        case .resNet50: 23.5e6
        }
      return standard * pow(Double(width) / 64, 2)
    case .visionTransformer(let size, let imageSize, _):
      return size.weightCount(imageSize: imageSize)
    }
  }
}

extension HeadArchitecture {
  /// How many weights the matrices have, for an h of length `inputs`.
  fileprivate func weightCount(inputs: Int) -> Double {
    let compared = Double(comparedDimension(inputs: inputs))
    return layerWeightCount(inputs: inputs) + compared
      * Double((prototypes ?? 0) + 2 * (sparse?.width ?? 0))
  }

  private func layerWeightCount(inputs: Int) -> Double {
    let widths: [Int]
    switch form {
    case .identity, .first, .reweighting: return 0
    case .layers(let layers): widths = [inputs] + layers
    case .bottleneck(let hidden, let narrow, let output):
      widths = [inputs] + hidden + [narrow, output]
    case .orthogonal(let output): widths = [inputs, output]
    case .lowRank(let rank, _, _): widths = [inputs, rank, inputs]
    }
    return zip(widths, widths.dropFirst()).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
