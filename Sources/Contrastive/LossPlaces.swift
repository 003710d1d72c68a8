/// Where a term of the loss stands.
public enum LossPlace: String, Sendable, CaseIterable {
  /// At the head's output: θ and φ both learn from it.
  case z
  /// At the encoder's output: a function of θ alone.
  case h
  /// The sum of both.
  case both
  /// At the head's output, the head taken as it stands: θ learns from it, and φ does not.
  case held
}

/// A term of an objective that is a sum.
public enum ObjectiveTerm: String, Sendable, CaseIterable {
  case invariance
  case variance
  case covariance
  case diagonal
  case redundancy
  case normality
  case alignment
  case uniformity
}

/// Where each term of an objective stands. Values that place all terms alike are equal.
public struct LossPlaces: Sendable, Hashable {
  /// Where terms stand that are no exception, and the whole of an objective that is no sum.
  public let usual: LossPlace
  /// The terms that stand elsewhere.
  public let exceptions: [ObjectiveTerm: LossPlace]

  /// All of it at z.
  public static let z = LossPlaces(.z)
  /// All of it at h.
  public static let h = LossPlaces(.h)
  /// All of it at z, and again at h.
  public static let both = LossPlaces(.both)

  /// All of it at one place.
  public init(_ place: LossPlace) {
    usual = place
    exceptions = [:]
  }

  /// All of it at one place, but for the exceptions; `terms` are all that the objective has. Of the usual places and
  /// exceptions that come to the same, those are taken whose text is shortest, of equally short ones the first of z, h and both.
  public init(
    _ place: LossPlace, except exceptions: [ObjectiveTerm: LossPlace], of terms: [ObjectiveTerm]
  ) {
    let places = terms.map { (term: $0, place: exceptions[$0] ?? place) }
    let candidates = LossPlace.allCases.map { usual in
      LossPlaces(
        usual: terms.isEmpty ? place : usual,
        exceptions: Dictionary(
          places.filter { $0.place != usual }.map { ($0.term, $0.place) }, uniquingKeysWith: { $1 })
      )
    }
    self = candidates.dropFirst().reduce(candidates[0]) { $1.length < $0.length ? $1 : $0 }
  }

  private init(usual: LossPlace, exceptions: [ObjectiveTerm: LossPlace]) {
    self.usual = usual
    self.exceptions = exceptions
  }

  /// Where a term stands.
  public func place(of term: ObjectiveTerm) -> LossPlace { exceptions[term] ?? usual }

  /// Whether anything stands elsewhere than at z for both players.
  public var areElsewhere: Bool { self != .z }

  /// What follows the objective's name, `@h` or nothing.
  var suffix: String { usual == .z ? "" : "@\(usual.rawValue)" }

  /// What follows its options, `,variance@h` for each exception.
  var options: String {
    ObjectiveTerm.allCases.compactMap { term in
      exceptions[term].map { ",\(term.rawValue)@\($0.rawValue)" }
    }.joined()
  }

  private var length: Int { suffix.count + options.count }
}
