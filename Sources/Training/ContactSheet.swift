import Datasets
import Torch

extension ViewSource {
  /// A PNG image whose rows are samples of the data set: first the image as it is, then views.
  public func contactSheet(rows: Int = 6, pairs: Int = 4) throws -> [UInt8] {
    let samples = Array(0..<min(rows, sampleCount))
    var columns = [cleanImages(of: samples)]
    for epoch in 0..<pairs {
      let views = views(of: samples, epoch: epoch)
      columns += [views[0..<samples.count], views[samples.count..<2 * samples.count]]
    }
    // samples × columns × 3 × S × S to rows of pixels, each image framed in white.
    let framed = Operator.constantPad(Tensor.stacked(columns, along: 1), [1, 1, 1, 1], 1.0)
    let side = framed.size(-1)
    let sheet = framed.permuted([0, 3, 1, 4, 2])
      .reshaped([samples.count * side, columns.count * side, 3])
    return try PNGImage.encode(
      rgb: (sheet * 255 + 0.5).to(.uint8).scalars(UInt8.self), width: columns.count * side,
      height: samples.count * side)
  }
}

extension Operator {
  fileprivate static let constantPad = Operator("aten::constant_pad_nd")
}
