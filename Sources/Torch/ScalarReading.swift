import CTorch

/// A number that its device may still be computing. Making one does not wait: what the device is given to do afterwards keeps
/// it busy while the number is on its way.
///
/// ```swift
/// let loss = ScalarReading(of: lossTensor)
/// lossTensor.backward()
/// print(loss.value)  // waits for the loss, not for the way back
/// ```
public final class ScalarReading {
  private let reading: CTorchReadingRef?
  private let known: Double

  /// Begins to read the one element of a tensor. Traps unless there is exactly one.
  public init(of tensor: Tensor) {
    guard tensor.device.kind == .cuda else {
      reading = nil
      known = tensor.item
      return
    }
    var reading: CTorchReadingRef?
    Failure.check(ctorch_reading_begin(tensor.handle, &reading), doing: "read \(tensor)")
    self.reading = reading
    // Inside `catchingTorchErrors` a failed operator has left an empty tensor behind.
    known = .nan
  }

  /// A number that is there already.
  public init(_ value: Double) {
    reading = nil
    known = value
  }

  deinit { if let reading { ctorch_reading_release(reading) } }

  /// The number; waits until it is there.
  public var value: Double {
    guard let reading else { return known }
    var value = 0.0
    Failure.check(ctorch_reading_finish(reading, &value), doing: "read a number")
    return value
  }
}
