import Torch

/// What happens to a view's rows at the end, from the first to the last: solarisation, noise, cutout,
/// and the way into the model's layout and type.
struct RowFinish {
  private let isSolarised: Bool
  private var noise: NoiseStream?
  private let hiddenColumns: Range<Int>
  private let hiddenRows: Range<Int>
  private let side: Int
  private let dtype: DType
  private let layout: FusedViews.Layout
  private let output: UnsafeMutableRawPointer

  init(
    _ parameters: ViewParameters, side: Int, dtype: DType, layout: FusedViews.Layout,
    output: UnsafeMutableRawPointer
  ) {
    isSolarised = parameters.isSolarised
    noise = parameters.noise > 0 ? NoiseStream(parameters) : nil
    let cutout = parameters.cutout
    hiddenColumns = cutout.hidden(about: cutout.x, side: side)
    hiddenRows = cutout.hidden(about: cutout.y, side: side)
    (self.side, self.dtype, self.layout, self.output) = (side, dtype, layout, output)
  }

  /// Finishes row `y`, in place and then in the output. Rows must come in order: noise goes on from
  /// one to the next.
  mutating func callAsFunction(_ row: Row, _ y: Int) {
    if isSolarised { RowKernels.solarise(row, floats: 3 * side) }
    if noise != nil {
      for index in 0..<3 * side {
        row[index] = min(max(row[index] + (noise?.next() ?? 0), 0), 1)
      }
    }
    if hiddenRows.contains(y) {
      (row + 3 * hiddenColumns.lowerBound).update(repeating: 0.5, count: 3 * hiddenColumns.count)
    }
    switch dtype {
    case .bfloat16: emit(row, y, output.assumingMemoryBound(to: UInt16.self))
    default: emit(row, y, output.assumingMemoryBound(to: Float.self))
    }
  }

  private func emit(_ row: Row, _ y: Int, _ target: UnsafeMutablePointer<Float>) {
    switch layout {
    case .channelsLast:
      RowKernels.emit(row, target + 3 * side * y, count: 3 * side)
    case .channelsFirst:
      for channel in 0..<3 {
        RowKernels.emit(
          channel: channel, of: row, target + side * (side * channel + y), count: side)
      }
    }
  }

  private func emit(_ row: Row, _ y: Int, _ target: UnsafeMutablePointer<UInt16>) {
    switch layout {
    case .channelsLast:
      RowKernels.emit(row, target + 3 * side * y, count: 3 * side)
    case .channelsFirst:
      for channel in 0..<3 {
        RowKernels.emit(
          channel: channel, of: row, target + side * (side * channel + y), count: side)
      }
    }
  }
}
