/// A policy as configuration files have it: a mapping from operations to what they may do. An operation
/// that is absent does nothing.
///
/// ```yaml
/// name: mine
/// crop: {area: [0.2, 1], aspect: [0.75, 1.33], probability: 1}
/// flip: {probability: 0.5}
/// rotation: {range: [-0.3, 0.3], probability: 0.5}
/// jitter: {probability: 0.8}            # of the four below, together
/// brightness: {range: [0.6, 1.4]}       # factors; contrast and saturation too
/// hue: {range: [-0.1, 0.1]}             # turns
/// grey: {probability: 0.2}
/// blur: {range: [0.1, 2], probability: 0.5, minimum_side: 64}
/// solarise: {probability: 0.1}
/// noise: {range: [0, 0.05], probability: 0.5}
/// cutout: {range: [0.1, 0.3], probability: 0.5}
/// border: reflect                       # or zero, replicate
/// ```
extension Policy: Codable {
  /// The operations that a configuration file can name.
  public static let partNames =
    ["crop", "flip"] + Generator.geometric.map(\.rawValue) + ["jitter"]
    + Generator.colour.map(\.rawValue)
    + ["grey", "blur", "solarise", "noise", "cutout", "border"]

  /// Reads a policy.
  ///
  /// - Throws: `PolicyError` for an unknown operation or key, a probability that is not from 0 to 1, a
  ///   range that is out of order or beyond what the operation takes.
  public init(from decoder: any Decoder) throws {
    guard let container = try? decoder.container(keyedBy: Name.self) else {
      throw PolicyError.malformed(part: "policy", expected: "a mapping of operations")
    }
    let name = try? container.decodeIfPresent(String.self, forKey: "name")
    self.init(name: name ?? "custom")
    for key in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
      let part = key.stringValue
      if part == "name" { continue }
      guard Policy.partNames.contains(part) else {
        throw PolicyError.unknownPart(part, policy: self.name)
      }
      if part == "border" {
        guard let border = try? container.decode(Border.self, forKey: key) else {
          let names = Border.allCases.map(\.rawValue).joined(separator: ", ")
          throw PolicyError.malformed(part: part, expected: "one of \(names)")
        }
        self.border = border
        continue
      }
      guard let fields = try? container.nestedContainer(keyedBy: Name.self, forKey: key) else {
        throw PolicyError.malformed(part: part, expected: "a mapping, as in {probability: 0.5}")
      }
      try read(PartReader(part: part, fields: fields))
    }
    try validate()
  }

  private mutating func read(_ reader: PartReader) throws(PolicyError) {
    switch reader.part {
    case "crop":
      try reader.allow(["area", "aspect", "probability"])
      cropArea = try reader.range("area") ?? 1...1
      cropAspect = try reader.range("aspect") ?? 1...1
      cropProbability = try reader.number("probability") ?? 1
    case "flip": flipProbability = try reader.probabilityAlone()
    case "jitter": jitterProbability = try reader.probabilityAlone()
    case "grey": greyProbability = try reader.probabilityAlone()
    case "solarise": solariseProbability = try reader.probabilityAlone()
    case "blur":
      blur = try reader.magnitude(allowing: ["minimum_side"])
      let side = try reader.number("minimum_side") ?? 0
      guard 0...65536 ~= side else {
        throw .malformed(part: "blur: minimum_side", expected: "a number of pixels")
      }
      blurMinimumSide = Int(side)
    case "noise": noise = try reader.magnitude()
    case "cutout": cutout = try reader.magnitude()
    default:
      guard let generator = Generator(rawValue: reader.part) else { return }
      var part = try reader.magnitude(allowing: generator.isFactor ? ["logarithmic"] : [])
      part.isLogarithmic = try reader.flag("logarithmic") ?? false
      self[generator] = part
    }
  }

  /// Writes the operations that do something.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Name.self)
    try container.encode(name, forKey: "name")
    try container.encode(border, forKey: "border")
    var crop = container.nestedContainer(keyedBy: Name.self, forKey: "crop")
    try crop.encode([cropArea.lowerBound, cropArea.upperBound], forKey: "area")
    try crop.encode([cropAspect.lowerBound, cropAspect.upperBound], forKey: "aspect")
    try crop.encode(cropProbability, forKey: "probability")
    let chances: [(Name, Float)] = [
      ("flip", flipProbability), ("jitter", jitterProbability), ("grey", greyProbability),
      ("solarise", solariseProbability),
    ]
    for (key, probability) in chances {
      try container.encode(["probability": probability], forKey: key)
    }
    for generator in Generator.allCases
    where self[generator] != Part.always(generator.identityAmount) {
      try write(self[generator], to: &container, forKey: Name(generator.rawValue))
    }
    try write(blur, to: &container, forKey: "blur")
    try write(noise, to: &container, forKey: "noise")
    try write(cutout, to: &container, forKey: "cutout")
  }

  private func write(
    _ part: Part, to container: inout KeyedEncodingContainer<Name>, forKey key: Name
  ) throws {
    var fields = container.nestedContainer(keyedBy: Name.self, forKey: key)
    try fields.encode([part.range.lowerBound, part.range.upperBound], forKey: "range")
    try fields.encode(part.probability, forKey: "probability")
    if part.isLogarithmic { try fields.encode(true, forKey: "logarithmic") }
    if key == "blur" { try fields.encode(blurMinimumSide, forKey: "minimum_side") }
  }
}

extension Policy {
  /// Checks that every probability is from 0 to 1 and every range within what its part takes.
  ///
  /// - Throws: `PolicyError` for the first that is not.
  public func validate() throws(PolicyError) {
    let probabilities: [(String, Float)] = [
      ("crop", cropProbability), ("flip", flipProbability), ("jitter", jitterProbability),
      ("grey", greyProbability), ("blur", blur.probability), ("solarise", solariseProbability),
      ("noise", noise.probability), ("cutout", cutout.probability),
    ]
    for (part, probability) in probabilities {
      try Policy.check(probability, of: part)
    }
    try Policy.check(cropArea, of: "crop: area", within: 1e-4...1)
    try Policy.check(cropAspect, of: "crop: aspect", within: 0.05...20)
    try Policy.check(blur.range, of: "blur", within: 0...20)
    try Policy.check(noise.range, of: "noise", within: 0...1)
    try Policy.check(cutout.range, of: "cutout", within: 0...1)
    for generator in Generator.allCases {
      let part = self[generator]
      try Policy.check(part.probability, of: generator.rawValue)
      let allowed = part.isLogarithmic ? 0.05...20 : generator.allowedAmounts
      try Policy.check(part.range, of: generator.rawValue, within: allowed)
    }
  }

  private static func check(_ probability: Float, of part: String) throws(PolicyError) {
    guard 0...1 ~= probability else { throw .probability(probability, part: part) }
  }

  private static func check(
    _ range: ClosedRange<Float>, of part: String, within allowed: ClosedRange<Float>
  ) throws(PolicyError) {
    guard allowed.contains(range.lowerBound), allowed.contains(range.upperBound) else {
      throw .range(
        lower: range.lowerBound, upper: range.upperBound, part: part, allowed: allowed)
    }
  }
}

extension Generator {
  /// Amounts that a policy may draw from at strength 1.
  fileprivate var allowedAmounts: ClosedRange<Float> {
    switch self {
    case .translationX, .translationY, .shearX, .shearY: -1...1
    case .rotation: -.pi ... .pi
    case .logScale, .logAspect: -1.5...1.5
    case .brightness, .contrast, .saturation: 0...20
    case .hue: -0.5...0.5
    }
  }
}

/// The fields of one operation in a configuration file.
private struct PartReader {
  let part: String
  let fields: KeyedDecodingContainer<Name>

  func allow(_ keys: [String]) throws(PolicyError) {
    let unknown = fields.allKeys.map(\.stringValue).sorted().first { !keys.contains($0) }
    if let unknown { throw .unknownKey(unknown, part: part, allowed: keys) }
  }

  func number(_ key: String) throws(PolicyError) -> Float? {
    try field(key, Float.self, expected: "a number")
  }

  func flag(_ key: String) throws(PolicyError) -> Bool? {
    try field(key, Bool.self, expected: "true or false")
  }

  func range(_ key: String) throws(PolicyError) -> ClosedRange<Float>? {
    guard let bounds = try field(key, [Float].self, expected: "two numbers, as in [0.1, 2]") else {
      return nil
    }
    guard bounds.count == 2, bounds[0] <= bounds[1], bounds.allSatisfy(\.isFinite) else {
      throw .malformed(part: "\(part): \(key)", expected: "two rising numbers, as in [0.1, 2]")
    }
    return bounds[0]...bounds[1]
  }

  func probabilityAlone() throws(PolicyError) -> Float {
    try allow(["probability"])
    guard let probability = try number("probability") else {
      throw .malformed(part: part, expected: "complete: it needs a probability")
    }
    return probability
  }

  func magnitude(allowing more: [String] = []) throws(PolicyError) -> Policy.Part {
    try allow(["range", "probability"] + more)
    guard let range = try range("range") else {
      throw .malformed(part: part, expected: "complete: it needs a range, as in [0.1, 2]")
    }
    return Policy.Part(range, probability: try number("probability") ?? 1)
  }

  private func field<Value: Decodable>(
    _ key: String, _ type: Value.Type, expected: String
  ) throws(PolicyError) -> Value? {
    do {
      return try fields.decodeIfPresent(type, forKey: Name(key))
    } catch {
      throw .malformed(part: "\(part): \(key)", expected: expected)
    }
  }
}

/// Any key of a mapping.
private struct Name: CodingKey, ExpressibleByStringLiteral, Equatable {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init(stringLiteral value: String) { stringValue = value }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
