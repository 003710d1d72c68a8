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
/// posterise: {range: [0, 4], probability: 0.5}   # bits that are lost, of eight
/// noise: {range: [0, 0.05], probability: 0.5}
/// cutout: {range: [0.1, 0.3], probability: 0.5}
/// border: reflect                       # or zero, replicate
/// ```
extension Policy: Codable {
  /// The operations that a configuration file can name.
  public static let operationNames = PolicyParts.all.map(\.name) + ["border"]

  /// Reads a policy.
  ///
  /// - Throws: `PolicyError` for an unknown operation or key, a probability that is not from 0 to 1, a
  ///   range that is out of order or beyond what the operation takes.
  public init(from decoder: any Decoder) throws {
    guard let container = try? decoder.container(keyedBy: PartKey.self) else {
      throw PolicyError.malformed(part: "policy", expected: .operations)
    }
    let name = try? container.decodeIfPresent(String.self, forKey: "name")
    self.init(name: name ?? "custom")
    for key in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
      switch key {
      case "name": continue
      case "border":
        guard let border = try? container.decode(Border.self, forKey: key) else {
          throw PolicyError.malformed(
            part: "border", expected: .oneOf(Border.allCases.map(\.rawValue)))
        }
        self.border = border
      default:
        guard let index = PolicyParts.index(of: key.stringValue) else {
          throw PolicyError.unknownPart(key.stringValue, policy: self.name)
        }
        try parts[index].read(PartReader(part: key, of: container))
      }
    }
    try validate()
  }

  /// Writes the operations that do something.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: PartKey.self)
    try container.encode(name, forKey: "name")
    try container.encode(border, forKey: "border")
    for (part, absent) in zip(parts, PolicyParts.all)
    where part.isAlwaysWritten || !part.isEqual(to: absent) {
      var writer = PartWriter(part: part.name, in: &container)
      try part.write(to: &writer)
    }
  }

  /// Checks that every probability is from 0 to 1 and every range within what its part takes.
  ///
  /// - Throws: `PolicyError` for the first that is not.
  public func validate() throws(PolicyError) {
    for part in parts { try part.validate() }
  }
}
