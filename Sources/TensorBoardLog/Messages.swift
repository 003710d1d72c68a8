import Foundation
import SwiftProtobuf

extension Tensorboard_Event {
  /// The version of files whose restarts are said by `session_log`.
  static let fileVersion = "brain.Event:2"

  /// An event of a step, at a time in seconds since 1970.
  init(step: Int, at time: Date, _ what: OneOf_What) {
    self.init()
    wallTime = time.timeIntervalSince1970
    self.step = Int64(step)
    self.what = what
  }

  /// What it says; nil for what only other programs write.
  var logged: LoggedEvent? {
    switch what {
    case .summary(let summary):
      LoggedEvent(
        step: Int(step), content: .values(summary.value.compactMap(TaggedValue.init)))
    case .sessionLog(let session) where session.status == .start:
      LoggedEvent(step: Int(step), content: .start)
    case .sessionLog, .fileVersion, nil: nil
    }
  }
}

extension Tensorboard_Summary {
  init(_ values: [TaggedValue]) {
    self.init()
    value = values.map(Value.init)
  }
}

extension Tensorboard_Summary.Value {
  fileprivate init(_ tagged: TaggedValue) {
    self.init()
    tag = tagged.tag
    switch tagged.value {
    case .scalar(let number): simpleValue = Float(number)
    case .image(let png, let width, let height):
      image.width = Int32(clamping: width)
      image.height = Int32(clamping: height)
      image.colorspace = 3
      image.encodedImageString = png
    case .histogram(let histogram): histo = Tensorboard_HistogramProto(histogram)
    }
  }
}

extension TaggedValue {
  fileprivate init?(_ message: Tensorboard_Summary.Value) {
    let value: LoggedValue
    switch message.value {
    case .simpleValue(let number): value = .scalar(Double(number))
    case .image(let image):
      value = .image(
        png: image.encodedImageString, width: Int(image.width), height: Int(image.height))
    case .histo(let histogram): value = .histogram(Histogram(histogram))
    case nil: return nil
    }
    self.init(message.tag, value)
  }
}

extension Tensorboard_HistogramProto {
  fileprivate init(_ histogram: Histogram) {
    self.init()
    min = histogram.least
    max = histogram.greatest
    num = histogram.counts.reduce(0, +)
    sum = histogram.sum
    sumSquares = histogram.sumOfSquares
    bucketLimit = histogram.limits
    bucket = histogram.counts
  }
}

extension Histogram {
  fileprivate init(_ message: Tensorboard_HistogramProto) {
    self.init(
      least: message.min, greatest: message.max, sum: message.sum,
      sumOfSquares: message.sumSquares, limits: message.bucketLimit, counts: message.bucket)
  }
}
