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
      for factor in split.factors {
        guard factor.form != nil, split.factors.count(where: { $0.name == factor.name }) == 1 else {
          throw .description("factor \(factor.name)")
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
