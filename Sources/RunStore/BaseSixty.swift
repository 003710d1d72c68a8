import Yams

extension Node {
  /// Whether it holds what YAML 1.1 takes for a number in base sixty, as in `1:30`, which nothing of Gnomon's is: Yams traps where such
  /// a number is too large for its type.
  package var hasNumberInBaseSixty: Bool {
    switch self {
    case .mapping(let mapping):
      mapping.contains { $0.key.hasNumberInBaseSixty || $0.value.hasNumberInBaseSixty }
    case .sequence(let sequence): sequence.contains(where: \.hasNumberInBaseSixty)
    case .scalar(let scalar):
      scalar.string.utf8.contains(UInt8(ascii: ":"))
        && scalar.string.utf8.allSatisfy("0123456789:+-._".utf8.contains)
    case .alias: false
    }
  }
}
