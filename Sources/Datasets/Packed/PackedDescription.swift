import Foundation

/// What a packed data set says of its images, as JSON.
struct PackedDescription: Codable, Equatable {
  struct Split: Codable, Equatable {
    /// Which split it is, by `PackedSplit.name`.
    let split: String
    let name: String
    let count: Int
    let classNames: [String]
    let factors: [FactorDescription]
  }

  struct FactorDescription: Codable, Equatable {
    let name: String
    /// `linear`, `circular` or `categorical`.
    let kind: String
    /// Of circular factors.
    let period: Float?
    /// Of categorical ones, how many kinds there are.
    let count: Int?
  }

  let provenance: String
  let splits: [Split]

  /// The most factors that a split may have.
  static let factorLimit = 1_000

  /// The most bytes that a description may have: a hundred times those of ImageNet's classes.
  static let longest = 1 << 26

  init(provenance: String, splits: [Split]) {
    self.provenance = provenance
    self.splits = splits
  }

  init(_ bytes: [UInt8]) throws(PackedFault) {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      self = try decoder.decode(PackedDescription.self, from: Data(bytes))
    } catch {
      throw .description("no JSON of a packed data set")
    }
    for split in splits {
      guard PackedSplit.allCases.contains(where: { $0.name == split.split }) else {
        throw .description("split \(split.split)")
      }
      guard split.count > 0 else { throw .description("\(split.count) images of \(split.split)") }
      guard splits.count(where: { $0.split == split.split }) == 1 else {
        throw .description("split \(split.split) twice")
      }
      try split.checkFactors()
    }
  }

  /// Sees whether splits can be of one data set: those with labels have the same classes, and factors of one name are
  /// of one kind.
  ///
  /// - Parameter isLabelled: whether a split has labels.
  static func checkAgreement(
    of splits: [Split], isLabelled: (Split) -> Bool
  ) throws(PackedFault) {
    if let first = splits.first(where: isLabelled),
      let other = splits.first(where: { isLabelled($0) && $0.classNames != first.classNames })
    {
      throw .classes(of: first.split, and: other.split)
    }
    var known: [String: (split: String, factor: FactorDescription)] = [:]
    for split in splits {
      for factor in split.factors {
        if let before = known[factor.name] {
          guard before.factor == factor else {
            throw .factorKind(factor.name, of: before.split, and: split.split)
          }
        } else {
          known[factor.name] = (split.split, factor)
        }
      }
    }
  }

  func encoded() throws(PackedFault) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(self))
    } catch {
      throw .description("a factor's period is not finite")
    }
  }

  func split(_ split: PackedSplit) -> Split? { splits.first { $0.split == split.name } }
}

extension PackedDescription.Split {
  /// Refuses more factors than there can be, two of one name, and one of no kind.
  func checkFactors() throws(PackedFault) {
    guard factors.count <= PackedDescription.factorLimit else {
      throw .factorCount(factors.count, split: split)
    }
    var names: Set<String> = []
    for factor in factors {
      guard factor.form != nil, names.insert(factor.name).inserted else {
        throw .description("factor \(factor.name)")
      }
    }
  }
}

extension PackedDescription.FactorDescription {
  init(_ factor: Factor) {
    switch factor.kind {
    case .linear: self.init(name: factor.name, kind: "linear", period: nil, count: nil)
    case .circular(let period):
      self.init(name: factor.name, kind: "circular", period: period, count: nil)
    case .categorical(let count):
      self.init(name: factor.name, kind: "categorical", period: nil, count: count)
    }
  }

  /// How values are to be read; nil where it does not say so.
  var form: Factor.Kind? {
    switch (kind, period, count) {
    case ("linear", nil, nil): .linear
    case ("circular", let period?, nil) where period > 0 && period.isFinite:
      .circular(period: period)
    case ("categorical", nil, let count?) where 1...(1 << 24) ~= count: .categorical(count: count)
    default: nil
    }
  }
}
