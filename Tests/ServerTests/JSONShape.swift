import Foundation
import Records

/// Compares a JSON document with a schema, as far as the interface's description uses them.
struct JSONShape {
  let schemas: [String: JSONValue]

  /// What is wrong with `value`, a line each.
  func faults(of value: JSONValue, by schema: JSONValue, at place: String = "$") -> [String] {
    if let reference = schema["$ref"]?.stringValue {
      let name = String(reference.split(separator: "/").last ?? "")
      guard let known = schemas[name] else { return ["\(place): no schema \(name)"] }
      return faults(of: value, by: known, at: place)
    }
    var faults: [String] = []
    if let type = schema["type"], !types(type).contains(where: { matches(value, $0) }) {
      return ["\(place): \(value) is not of \(type)"]
    }
    if let constant = schema["const"], constant != value {
      faults.append("\(place): not \(constant)")
    }
    if case .array(let choices) = schema["enum"], !choices.contains(value) {
      faults.append("\(place): \(value) is none of \(choices)")
    }
    if let pattern = schema["pattern"]?.stringValue, let text = value.stringValue,
      text.range(of: pattern, options: .regularExpression) == nil
    {
      faults.append("\(place): \(text) is not like \(pattern)")
    }
    if case .array(let elements) = value, let items = schema["items"] {
      for (index, element) in elements.enumerated() {
        faults += self.faults(of: element, by: items, at: "\(place)[\(index)]")
      }
    }
    if case .object(let members) = value {
      faults += self.faults(of: members, by: schema, at: place)
    }
    return faults
  }

  private func faults(
    of members: [String: JSONValue], by schema: JSONValue, at place: String
  ) -> [String] {
    var faults: [String] = []
    if case .array(let required) = schema["required"] {
      for key in required.compactMap(\.stringValue) where members[key] == nil {
        faults.append("\(place): no \(key)")
      }
    }
    for (key, member) in members {
      if let known = schema["properties"]?[key] {
        faults += self.faults(of: member, by: known, at: "\(place).\(key)")
      } else if schema["additionalProperties"] == false {
        faults.append("\(place): \(key) is not described")
      } else if case .object = schema["additionalProperties"],
        let others = schema["additionalProperties"]
      {
        faults += self.faults(of: member, by: others, at: "\(place).\(key)")
      }
    }
    return faults
  }

  private func types(_ type: JSONValue) -> [String] {
    if case .array(let types) = type { return types.compactMap(\.stringValue) }
    return [type.stringValue].compactMap { $0 }
  }

  private func matches(_ value: JSONValue, _ type: String) -> Bool {
    switch (type, value) {
    case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool),
      ("null", .null), ("number", .integer), ("number", .double):
      true
    case ("integer", _): value.wholeValue != nil
    default: false
    }
  }
}
