import TorchNN

extension ObjectiveChoice {
  /// Where its terms stand.
  public var places: LossPlaces {
    if case .placed(_, let places) = self { places } else { .z }
  }

  /// The same objective with its terms elsewhere.
  public func placed(at places: LossPlaces) -> ObjectiveChoice {
    if case .placed(let choice, _) = self { return choice.placed(at: places) }
    return places.areElsewhere ? .placed(self, places) : self
  }

  /// Why it cannot stand at h; nil where it can.
  public var obstacleAtH: String? { example.obstacleAtH }

  /// Takes the place after the name and the options `TERM@PLACE`.
  func takePlaces(_ notation: inout Notation) throws(NotationError) -> LossPlaces {
    let usual = notation.place.map { LossPlace(rawValue: $0) } ?? .z
    guard let usual else { throw notation.error(.unknownPlace(notation.place ?? "")) }
    var exceptions: [ObjectiveTerm: LossPlace] = [:]
    let terms = example.terms
    for term in terms {
      for place in LossPlace.allCases where exceptions[term] == nil {
        if notation.takeFlag("\(term.rawValue)@\(place.rawValue)") { exceptions[term] = place }
      }
    }
    return LossPlaces(usual, except: exceptions, of: terms)
  }

  /// One of the kind, for what does not depend on z's length.
  private var example: any Objective {
    Initializer.seeded(by: 0) { objective(dimension: 1, temperature: 1) }
  }
}
