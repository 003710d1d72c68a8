import Torch

/// What happens to a view's rows at the end, from the first to the last: what the finishing parts do, and
/// the way into the model's layout and type.
struct RowFinish {
  private var finishers: [any RowFinisher] = []
  private let side: Int
  private let dtype: DType
  private let layout: FusedViews.Layout
  private let output: UnsafeMutableRawPointer

  init(
    _ parameters: ViewParameters, side: Int, dtype: DType, layout: FusedViews.Layout,
    output: UnsafeMutableRawPointer
  ) {
    for part in PolicyParts.finishing where part.acts(on: parameters) {
      finishers.append(part.finisher(of: parameters, side: side))
    }
    (self.side, self.dtype, self.layout, self.output) = (side, dtype, layout, output)
  }

  /// Finishes row `y`, in place and then in the output. Rows must come in order: noise goes on from
  /// one to the next.
  mutating func callAsFunction(_ row: Row, _ y: Int) {
    for index in finishers.indices { finishers[index].finish(row, y) }
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
