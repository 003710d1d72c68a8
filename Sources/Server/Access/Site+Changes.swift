import Foundation
import HTTPTypes
import Hummingbird
import Records
import RunDatabase

/// Why a change is not made.
struct ChangeRefused: Error {
  let status: HTTPResponse.Status
  let reason: String
}

/// What a request that changes something must bring: a body of the right kind and length, and the token that pages of
/// this server have.
extension Site {
  /// The longest body of a request, in bytes: a form writes a byte of a note in up to three.
  static let longestBody = 3 * RunNotes.longestNote + 4_096

  private static let tokenHeader = HTTPField.Name("Gnomon-Token") ?? .authorization

  /// The fields of a page's form, of several of one name the first.
  ///
  /// - Throws: `ChangeRefused`, also for a form without the token.
  func form(_ call: Call) async throws -> [String: String] {
    try expect("application/x-www-form-urlencoded", call)
    let fields = Parameters.parse(String(decoding: try await body(call), as: UTF8.self))
    let first = Dictionary(
      fields.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    try expectGenuine(first["token"])
    return first
  }

  /// The JSON document that a program sends, with these members and no others.
  ///
  /// - Throws: `ChangeRefused`, with the reason `fault` for a document of another shape.
  func document<Document: Decodable>(
    _ type: Document.Type, _ call: Call, of keys: Set<String>, otherwise fault: String
  ) async throws -> Document {
    try expect("application/json", call)
    try expectGenuine(call.request.headers[Self.tokenHeader])
    let body = try await body(call)
    guard case .object(let members) = try? JSONDecoder().decode(JSONValue.self, from: body),
      keys.isSuperset(of: members.keys),
      let document = try? JSONDecoder().decode(type, from: body)
    else {
      throw ChangeRefused(status: .badRequest, reason: fault)
    }
    return document
  }

  private func expect(_ type: String, _ call: Call) throws(ChangeRefused) {
    let given = call.request.headers[.contentType]?.lowercased() ?? ""
    let bare = given.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
    guard bare == type else {
      throw ChangeRefused(status: .unsupportedMediaType, reason: "the body is to be \(type)")
    }
  }

  private func expectGenuine(_ token: String?) throws(ChangeRefused) {
    guard gate.isGenuine(token) else {
      throw ChangeRefused(
        status: .forbidden,
        reason: "the token of this server is missing or of an earlier one: load the page again")
    }
  }

  private func body(_ call: Call) async throws -> Data {
    do {
      return Data(buffer: try await call.request.body.collect(upTo: Self.longestBody))
    } catch {
      throw ChangeRefused(
        status: .contentTooLarge, reason: "the body is longer than \(Self.longestBody) bytes")
    }
  }
}
