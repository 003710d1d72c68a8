/// Mean and standard deviation of the three channels over all pixels of a data set, in 0…1.
public struct ChannelStatistics: Sendable, Equatable, Codable {
  /// Of red, green and blue.
  public let mean: [Double]
  /// Of red, green and blue; of all pixels, divided by their number.
  public let deviation: [Double]

  /// The statistics of all images of a data set. They are exact sums of bytes, divided once.
  public init(of dataset: ImageDataset) {
    var histograms = [[Int]](repeating: [Int](repeating: 0, count: 256), count: 3)
    for index in 0..<dataset.count {
      dataset.image(at: index).withUnsafeBufferPointer { bytes in
        for channel in 0..<3 {
          histograms[channel].withUnsafeMutableBufferPointer { counts in
            for place in stride(from: channel, to: bytes.count, by: 3) {
              counts[Int(bytes[place])] += 1
            }
          }
        }
      }
    }
    let count = Double(max(1, dataset.count * dataset.height * dataset.width))
    var means: [Double] = []
    var deviations: [Double] = []
    for histogram in histograms {
      let levels = histogram.enumerated().map { (Double($0) / 255, Double($1)) }
      let mean = levels.reduce(0) { $0 + $1.0 * $1.1 } / count
      let variance = levels.reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1 } / count
      means.append(mean)
      deviations.append(variance.squareRoot())
    }
    mean = means
    deviation = deviations
  }

  /// Mean and deviation as the setting `normalise` takes them, to four digits; nil where a channel does not
  /// vary.
  public var normalise: String? {
    guard deviation.allSatisfy({ $0 >= 0.00005 }) else { return nil }
    return [mean, deviation].map { values in
      values.map { "\(($0 * 10_000).rounded() / 10_000)" }.joined(separator: ",")
    }.joined(separator: "/")
  }
}
