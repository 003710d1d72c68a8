import Foundation
import Records
import Yams

extension RunFolder {
  /// The configuration as JSON; null when there is none.
  public func readConfiguration() throws(RunStoreError) -> JSONValue {
    guard let data = try AtomicFile.readIfPresent(config) else { return .null }
    do {
      let text = String(decoding: data, as: UTF8.self)
      guard !YAMLAliases.areTooMany(in: text) else { throw AnchorError() }
      let parser = try Parser(yaml: text)
      // Anchors live as long as their parser.
      return try withExtendedLifetime(parser) {
        try parser.singleRoot().map(JSONValue.init(yaml:)) ?? .null
      }
    } catch {
      throw .damaged(path: config.path, line: nil, reason: "not valid YAML")
    }
  }
}

/// There are anchors or aliases, of which Gnomon writes none.
private struct AnchorError: Error {}

extension JSONValue {
  fileprivate init(yaml node: Node) throws {
    guard node.anchor == nil else { throw AnchorError() }
    switch node {
    case .mapping(let mapping):
      let members = try mapping.map { (key: $0.string ?? "", value: try JSONValue(yaml: $1)) }
      self = .object(Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }))
    case .sequence(let sequence):
      self = .array(try sequence.map(JSONValue.init(yaml:)))
    case .scalar(let scalar)
    where scalar.style != .plain && scalar.style != .any || node.hasNumberInBaseSixty:
      self = .string(scalar.string)
    default:
      if node.null != nil {
        self = .null
      } else if let flag = node.bool {
        self = .bool(flag)
      } else if let number = node.int {
        self = .integer(number)
      } else if let number = node.float {
        self = .double(number)
      } else {
        self = .string(node.string ?? "")
      }
    }
  }
}
