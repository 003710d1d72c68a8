import Dispatch
import Torch

/// One view to be made of a stored image.
public struct ViewRequest: Sendable {
  /// The image.
  public var image: StoredImage
  /// What it is subjected to.
  public var parameters: ViewParameters

  /// A view of an image.
  public init(of image: StoredImage, _ parameters: ViewParameters) {
    self.image = image
    self.parameters = parameters
  }
}

/// Views on a CPU, straight from stored bytes to what the model reads: each image is read once, and
/// memory is allocated for a call and a thread, not for an image.
///
/// The same definition as `TensorViews`, to rounding. A view's bits depend on its image and parameters
/// alone: not on the batch, and not on the number of threads.
public struct FusedViews: Sendable {
  /// How views lie in memory.
  public enum Layout: Sendable {
    /// N×side×side×3, as convolutions on a CPU read it.
    case channelsLast
    /// N×3×side×side.
    case channelsFirst
  }

  /// The views' width and height.
  public let side: Int
  /// float32 or bfloat16.
  public let dtype: DType
  /// The order of the output.
  public let layout: Layout
  /// How many threads share the work.
  public let threads: Int

  /// Views of a size and format. Traps for a type other than float32 and bfloat16.
  public init(
    side: Int, dtype: DType = .float32, layout: Layout = .channelsLast, threads: Int = 1
  ) {
    precondition(dtype == .float32 || dtype == .bfloat16, "views of \(dtype)")
    precondition(side > 0 && threads > 0, "views of side \(side) on \(threads) threads")
    (self.side, self.dtype, self.layout, self.threads) = (side, dtype, layout, threads)
  }

  /// How many bytes one view takes.
  public var viewByteCount: Int { side * side * 3 * dtype.byteCount }

  /// Makes one view after another.
  ///
  /// - Parameters:
  ///   - output: as many times `viewByteCount` bytes as there are requests.
  ///   - pixels: the stored images; they may be of different sizes.
  ///   - requests: which view of which image, one a view.
  /// - Throws: `ViewError` for an image that does not lie within `pixels`, has other than 1, 3 or 4
  ///   channels, or another size than its view's parameters were made for. Nothing is written then.
  public func fill(
    _ output: UnsafeMutableRawBufferPointer, from pixels: UnsafeRawBufferPointer,
    _ requests: [ViewRequest]
  ) throws(ViewError) {
    precondition(
      output.count == requests.count * viewByteCount,
      "\(output.count) bytes for \(requests.count) views of \(viewByteCount)")
    for (index, request) in requests.enumerated() {
      try check(request, index: index, available: pixels.count)
    }
    guard let target = output.baseAddress, let source = pixels.baseAddress else { return }
    // Each thread writes to places of its own and reads what none writes.
    nonisolated(unsafe) let (output, pixels) = (target, source)
    let workers = min(threads, requests.count)
    let work: @Sendable (Int) -> Void = { worker in
      let renderer = FusedRenderer(side: side, dtype: dtype, layout: layout)
      for index in stride(from: worker, to: requests.count, by: workers) {
        renderer.render(requests[index], from: pixels, to: output + index * viewByteCount)
      }
    }
    if workers == 1 { return work(0) }
    DispatchQueue.concurrentPerform(iterations: workers, execute: work)
  }

  /// The views as a tensor of N×3×side×side, whose memory lies as `layout` says.
  ///
  /// - Throws: `ViewError`, as `fill` does.
  public func tensor(from pixels: [UInt8], _ requests: [ViewRequest]) throws(ViewError) -> Tensor {
    try pixels.withUnsafeBufferPointer { (stored) throws(ViewError) in
      try tensor(from: UnsafeRawBufferPointer(stored), requests)
    }
  }

  /// The views of images that lie anywhere in memory, as the other method of this name makes them.
  ///
  /// - Throws: `ViewError`, as `fill` does.
  public func tensor(
    from pixels: UnsafeRawBufferPointer, _ requests: [ViewRequest]
  ) throws(ViewError) -> Tensor {
    try tensor(from: pixels, requests, on: .cpu)
  }

  /// The views as a tensor on a device, which goes on with what it has to do while they are made.
  func tensor(
    from pixels: UnsafeRawBufferPointer, _ requests: [ViewRequest], on device: Device
  ) throws(ViewError) -> Tensor {
    let isLast = layout == .channelsLast
    let count = requests.count
    let views = Tensor.staging(
      isLast ? [count, side, side, 3] : [count, 3, side, side], dtype, for: device)
    try views.withMutableBytes { (output) throws(ViewError) in
      try fill(output, from: pixels, requests)
    }
    let moved = views.to(device)
    return isLast ? moved.permuted([0, 3, 1, 2]) : moved
  }

  private func check(
    _ request: ViewRequest, index: Int, available: Int
  ) throws(ViewError) {
    let image = request.image
    guard image.channels == 1 || image.channels == 3 || image.channels == 4 else {
      throw .channels(image.channels, view: index)
    }
    guard image.lies(within: available) else {
      throw .beyondStored(image, available: available, view: index)
    }
    guard image.size == request.parameters.source else {
      throw .size(image.size, madeFor: request.parameters.source, view: index)
    }
  }
}
