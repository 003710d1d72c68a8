import Torch

/// Hiding a square, by its side as a share of the view's.
struct CutoutPart: AmountPart, FinishingPart {
  var name: String { "cutout" }
  var amount = Policy.Part(0...0, probability: 0)

  var allowed: ClosedRange<Float> { 0...1 }
  var limit: Float { 1 }
  var isAlwaysWritten: Bool { true }

  /// The middle and the side.
  var untouched: [Float] { [0.5, 0.5, 0] }

  func draw(
    into view: inout ViewParameters, from random: inout CounterRandom,
    _ context: inout DrawContext
  ) {
    let side = amount.drawn(from: &random, identity: 0)
    let (x, y) = (random.uniform(), random.uniform())
    if side > 0 { view.cutout = ViewParameters.Cutout(x: x, y: y, side: side) }
  }

  var factors: [ViewFactor] { [ViewFactor(name) { $0.cutout.side }] }

  func acts(on view: ViewParameters) -> Bool { view.cutout.side > 0 }

  func finisher(of view: ViewParameters, side: Int) -> any RowFinisher {
    Finisher(
      columns: view.cutout.hidden(about: view.cutout.x, side: side),
      rows: view.cutout.hidden(about: view.cutout.y, side: side))
  }

  func finish(_ views: Tensor, _ parameters: [ViewParameters]) -> Tensor {
    let side = views.size(3)
    func mask(_ middle: (ViewParameters.Cutout) -> Float) -> [Float] {
      parameters.flatMap { view in
        let hidden = view.cutout.hidden(about: middle(view.cutout), side: side)
        return (0..<side).map { hidden.contains($0) ? 1 : 0 as Float }
      }
    }
    let columns = Tensor(mask(\.x), shape: [parameters.count, 1, 1, side])
    let rows = Tensor(mask(\.y), shape: [parameters.count, 1, side, 1])
    let hidden = (rows * columns).to(views.device)
    return views * (1 - hidden) + hidden * 0.5
  }

  private struct Finisher: RowFinisher {
    let columns: Range<Int>
    let rows: Range<Int>

    func finish(_ row: Row, _ y: Int) {
      guard rows.contains(y) else { return }
      (row + 3 * columns.lowerBound).update(repeating: 0.5, count: 3 * columns.count)
    }
  }
}

extension Policy {
  /// The side of a square that is painted grey, as a share of the view's side.
  public var cutout: Part {
    get { self[CutoutPart()].amount }
    set { self[CutoutPart()].amount = newValue }
  }
}

extension ViewParameters {
  /// A grey square that hides a part of the view, in shares of the view's side.
  public struct Cutout: Sendable, Equatable {
    /// The middle, from the left.
    public var x: Float
    /// The middle, from the top.
    public var y: Float
    /// The side; 0 hides nothing.
    public var side: Float

    /// A square by its middle and side.
    public init(x: Float, y: Float, side: Float) { (self.x, self.y, self.side) = (x, y, side) }

    /// The columns or rows that the square hides, when its middle is at a share of the view's side.
    fileprivate func hidden(about middle: Float, side: Int) -> Range<Int> {
      let length = min(max(Int((self.side * Float(side)).rounded()), 0), side)
      let first = Int((middle * Float(side)).rounded()) - length / 2
      return max(first, 0)..<max(min(first + length, side), max(first, 0))
    }
  }

  private static let cutoutPlace = PolicyParts.place(of: "cutout")

  /// The square that was hidden.
  public var cutout: Cutout {
    get {
      let place = ViewParameters.cutoutPlace
      return Cutout(
        x: self[amount: place], y: self[amount: place + 1], side: self[amount: place + 2])
    }
    set {
      let place = ViewParameters.cutoutPlace
      self[amount: place] = newValue.x
      self[amount: place + 1] = newValue.y
      self[amount: place + 2] = newValue.side
    }
  }
}
