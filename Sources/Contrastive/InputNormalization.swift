import Foundation
import Torch

/// What is done to each channel of an image in 0…1 before the first layer: the mean is taken off, and the rest divided
/// by the standard deviation.
public struct InputNormalization: Sendable, Hashable {
  /// Of red, green and blue.
  public let mean: [Double]
  /// Of red, green and blue; above 0.
  public let deviation: [Double]

  /// Images as they are.
  public static let none = InputNormalization(mean: [0, 0, 0], deviation: [1, 1, 1])

  /// The mean and standard deviation of ImageNet's images, as torchvision's and most other published networks expect.
  public static let imageNet = InputNormalization(
    mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

  private init(mean: [Double], deviation: [Double]) {
    self.mean = mean
    self.deviation = deviation
  }

  /// What `init(parsing:)` reads, for messages and help.
  public static let forms =
    "none, imagenet or mean/deviation of three channels as in 0.5,0.5,0.5/0.2,0.2,0.2"

  /// Parses `none`, `imagenet`, or three means and three deviations; nil for anything else.
  public init?(parsing text: String) {
    switch text {
    case "none": self = .none
    case "imagenet": self = .imageNet
    default:
      let halves = text.split(separator: "/", omittingEmptySubsequences: false).map { half in
        half.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
      }
      guard halves.count == 2, halves.allSatisfy({ $0.count == 3 && $0.allSatisfy(\.isFinite) }),
        halves[1].allSatisfy({ $0 > 0 })
      else { return nil }
      self.init(mean: halves[0], deviation: halves[1])
    }
  }
}

extension InputNormalization: CustomStringConvertible {
  /// The text that `init(parsing:)` reads back as an equal value.
  public var description: String {
    switch self {
    case .none: "none"
    case .imageNet: "imagenet"
    default:
      [mean, deviation].map { $0.map { "\($0)" }.joined(separator: ",") }.joined(separator: "/")
    }
  }
}

extension Tensor {
  /// Images N×3×H×W with the normalisation done to their channels.
  func normalized(by normalization: InputNormalization) -> Tensor {
    guard normalization != .none else { return self }
    return (self - channels(normalization.mean)) / channels(normalization.deviation)
  }

  /// What the normalisation makes of a change of images.
  func scaled(by normalization: InputNormalization) -> Tensor {
    normalization == .none ? self : self / channels(normalization.deviation)
  }

  /// A value for each channel of images like this one, 1×3×1×1.
  private func channels(_ values: [Double]) -> Tensor {
    Tensor(values, shape: [1, 3, 1, 1]).to(dtype).to(device)
  }
}
