import Foundation
import HTTPTypes
import Hummingbird

/// Answers, each with what a browser must know to treat it safely.
enum Answer {
  /// What every answer has.
  ///
  /// Nothing is loaded from elsewhere, nothing inline runs, and no other page may show this one. Style is our own files'
  /// alone; charts set theirs property by property, but for the size of an exponent, `font-size:70%`, of which the
  /// policy has the hash.
  static func secured(_ response: Response) -> Response {
    var response = response
    response.headers[.contentSecurityPolicy] =
      response.headers[.contentSecurityPolicy]
      ?? [
        "default-src 'none'", "script-src 'self'", "style-src 'self'",
        "style-src-attr 'unsafe-hashes' 'sha256-S+l+cz1wXqs2B0FcjqqT7NvjwGmhD1UjJswXjlSkj0s='",
        "img-src 'self' data: blob:", "connect-src 'self'", "base-uri 'none'", "form-action 'self'",
        "frame-ancestors 'none'",
      ].joined(separator: "; ")
    response.headers[.xContentTypeOptions] = "nosniff"
    // With none at all a browser would not say either that a form comes from a page of this server.
    response.headers[Self.referrerPolicy] = "same-origin"
    response.headers[Self.frameOptions] = "DENY"
    response.headers[Self.resourcePolicy] = "same-origin"
    response.headers[Self.openerPolicy] = "same-origin"
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    return response
  }

  private static let referrerPolicy = name("Referrer-Policy")
  private static let frameOptions = name("X-Frame-Options")
  private static let resourcePolicy = name("Cross-Origin-Resource-Policy")
  private static let openerPolicy = name("Cross-Origin-Opener-Policy")

  private static func name(_ text: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(text) else {
      preconditionFailure("\(text) is no header's name")
    }
    return name
  }

  /// A text.
  static func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
    content(Data((text + "\n").utf8), type: "text/plain; charset=utf-8", status: status)
  }

  /// A page.
  static func html(_ page: String, status: HTTPResponse.Status = .ok) -> Response {
    content(Data(page.utf8), type: "text/html; charset=utf-8", status: status)
  }

  /// A JSON document.
  static func json(_ document: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response
  {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return content(try encoder.encode(document), type: "application/json", status: status)
  }

  /// Bytes of a type.
  static func content(_ data: Data, type: String, status: HTTPResponse.Status = .ok) -> Response {
    var response = Response(status: status, body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    response.headers[.contentType] = type
    return response
  }

  /// A file of the server's own, which a browser asks for again only when it has changed.
  static func asset(_ data: Data, type: String, tag: String, of request: Request) -> Response {
    let quoted = "\"\(tag)\""
    var response =
      request.headers[.ifNoneMatch] == quoted
      ? Response(status: .notModified) : content(data, type: type)
    response.headers[.cacheControl] = "no-cache"
    response.headers[.eTag] = quoted
    return response
  }

  /// A file of a folder, piece by piece, as it is long now.
  ///
  /// - Throws: `PlainFile.Unreadable`; nil where there is none.
  static func file(_ file: ServedFile, in folder: String) throws -> Response? {
    guard let resolved = realpath(folder, nil) else { return nil }
    defer { free(resolved) }
    // A folder that has become a link since it was found leads elsewhere.
    guard String(cString: resolved) == folder else { return nil }
    let path = "\(folder)/\(file.name)"
    let found = try PlainFile.with(path) { descriptor, stamp in (dup(descriptor), stamp.size) }
    guard let (descriptor, size) = found, descriptor >= 0 else { return nil }
    let open = OpenFile(descriptor: descriptor)
    var response = Response(
      status: .ok,
      body: ResponseBody(contentLength: size) { writer in
        var offset = 0
        while offset < size {
          let data = PlainFile.bytes(
            of: open.descriptor, from: offset, count: min(256 << 10, size - offset))
          // A file that was cut meanwhile cannot be sent whole: the connection ends instead.
          guard !data.isEmpty else { throw PlainFile.Unreadable(description: "became shorter") }
          try await writer.write(ByteBuffer(bytes: data))
          offset += data.count
        }
        try await writer.finish(nil)
      })
    response.headers[.contentType] = file.mediaType
    response.headers[.contentDisposition] =
      file.isShown ? "inline" : "attachment; filename=\"\(file.name)\""
    response.headers[.contentSecurityPolicy] = "default-src 'none'; sandbox"
    return response
  }

  /// Closes a file with the last that reads from it.
  private final class OpenFile: Sendable {
    let descriptor: Int32
    init(descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }
  }
}
