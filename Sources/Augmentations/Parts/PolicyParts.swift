/// What policies can do to an image.
enum PolicyParts {
  /// Every part, as it is in a policy that does nothing, in the order in which they act.
  static let all: [any PolicyPart] =
    [CropPart(), FlipPart()]
    + Generator.geometric.map { GeneratorPart($0) }
    + [JitterPart()]
    + Generator.colour.map { GeneratorPart($0) }
    + [GreyPart(), BlurPart(), SolarisePart(), PosterisePart(), NoisePart(), CutoutPart()]

  /// The parts that map colours.
  static let colour = all.compactMap { $0 as? any ColourPart }

  /// The parts that change finished rows.
  static let finishing = all.compactMap { $0 as? any FinishingPart }

  /// The numbers that parts keep of a view.
  typealias Amounts = SIMD32<Float>

  /// The numbers of a view that every part leaves as it is, part after part; zeros follow.
  static let untouched: Amounts = {
    var amounts = Amounts.zero
    for (place, number) in all.flatMap(\.untouched).enumerated() { amounts[place] = number }
    return amounts
  }()

  /// What embeddings can be asked about a view.
  static let factors = all.flatMap(\.factors)

  /// Where a part stands in `all`.
  static func index(of name: String) -> Int? { indices[name] }

  /// Where a part's numbers begin in `untouched`, and in a view's amounts.
  static func place(of name: String) -> Int {
    guard let index = indices[name] else { preconditionFailure("no part is called '\(name)'") }
    return all[..<index].reduce(0) { $0 + $1.untouched.count }
  }

  private static let indices = Dictionary(
    uniqueKeysWithValues: all.indices.map { (all[$0].name, $0) })

  /// The parts that draw from a view's one stream of random numbers, in the order in which they do.
  /// The crop comes last: it alone takes as many numbers as it needs.
  static let drawnTogether: [Int] =
    (["flip", "jitter"] + Generator.names + ["grey", "blur", "solarise", "noise", "cutout", "crop"])
    .compactMap(index)

  /// The others, each with a stream of its own: a part that is added leaves what is drawn for the rest.
  static let drawnApart = all.indices.filter { !drawnTogether.contains($0) }
}
