import Foundation
import HTTPTypes
import Hummingbird
import Records

/// Everything that is answered: routes, and what stands behind them.
struct Site: Sendable {
  let settings: ServerSettings
  let index: RunIndex
  let details = FollowedCache<RunDetails>(most: 8)
  let curves = FollowedCache<RunCurves>(most: 64)
  let gate: Gate
  let assets: Assets
  let pages: PageCache
  let notebook = Notebook()
  let limits: RequestLimits
  let control: RunControl
  let maps: MapStore
  let filler = StoreFiller()
  let started = Date()

  /// - Throws: `ReportError.missingResource` when a part of the pages is not installed.
  init(_ settings: ServerSettings, index: RunIndex) throws {
    self.settings = settings
    self.index = index
    gate = Gate(settings)
    limits = RequestLimits(perSecond: settings.mostRequests)
    control = RunControl(
      settings.allowsControl ? settings.programs : nil, audit: settings.audit)
    maps = MapStore(settings)
    assets = try Assets()
    pages = PageCache()
  }

  /// A request as a route sees it.
  struct Call: Sendable {
    let request: Request
    /// What stands in the address for each name in braces.
    let places: [String: String]
    let parameters: [(key: String, value: String)]
    /// The address of who asks; empty where it is not known.
    let address: String

    /// The first parameter of that name.
    func parameter(_ key: String) -> String? { parameters.first { $0.key == key }?.value }
  }

  /// The answer to a request.
  ///
  /// - Parameters:
  ///   - request: the request.
  ///   - address: who asks, as far as that is known.
  func answer(_ request: Request, from address: String = "") async -> Response {
    if let refusal = limits.refusal(of: address) { return Answer.secured(refusal) }
    if let refusal = gate.refusal(of: request, Self.methods(at: request)) {
      if refusal.status == .unauthorized { limits.guessed(from: address) }
      return Answer.secured(refusal)
    }
    var response = await route(request, from: address)
    if request.method == .head {
      let length = response.body.contentLength
      response.body = ResponseBody()
      if let length { response.headers[.contentLength] = "\(length)" }
    }
    return Answer.secured(response)
  }

  /// What is answered at a request's address; reading where there is nothing.
  private static func methods(at request: Request) -> [HTTPRequest.Method] {
    let path = Route.parts(of: request.uri.path)
    let methods = routes.filter { $0.match(path) != nil }.map(\.method)
    let reading: [HTTPRequest.Method] = [.get, .head]
    return (methods.isEmpty || methods.contains(.get) ? reading : [])
      + methods.filter { $0 != .get }
  }

  private func route(_ request: Request, from address: String) async -> Response {
    let isAPI = request.uri.path.hasPrefix("/api/")
    let path = Route.parts(of: request.uri.path)
    let method = request.method == .head ? .get : request.method
    for route in Self.routes where route.method == method {
      guard let places = route.match(path) else { continue }
      let call = Call(
        request: request, places: places, parameters: Parameters.of(request), address: address)
      do {
        return try await route.answer(self, call)
      } catch let error as RunQuery.Refused {
        return failure(.badRequest, error.reason, isAPI)
      } catch let error as Missing {
        return failure(.notFound, error.reason, isAPI)
      } catch let error as ChangeRefused {
        return failure(error.status, error.reason, isAPI)
      } catch {
        return failure(.internalServerError, "this cannot be shown: \(error)", isAPI)
      }
    }
    return failure(.notFound, "there is no such page", isAPI)
  }

  /// What is not there.
  struct Missing: Error {
    let reason: String
  }

  private func failure(_ status: HTTPResponse.Status, _ reason: String, _ isAPI: Bool) -> Response {
    if isAPI, let response = try? Answer.json(ErrorDocument(error: reason), status: status) {
      return response
    }
    let page = try? MessagePage(title: status.reasonPhrase, text: reason).html()
    return page.map { Answer.html($0, status: status) } ?? Answer.plain(status, reason)
  }

  /// The run of that identifier.
  ///
  /// - Throws: `Missing`.
  func run(_ call: Call) throws -> RunEntry {
    guard let identifier = call.places["run"], let run = index.snapshot.runs[identifier] else {
      throw Missing(reason: "there is no such run: its folder is gone, or never was")
    }
    return run
  }

  /// The study of that identifier.
  ///
  /// - Throws: `Missing`.
  func study(_ call: Call) throws -> StudyEntry {
    let identifier = call.places["study"]
    guard let study = index.snapshot.studies.first(where: { $0.identifier == identifier }) else {
      throw Missing(reason: "there is no such study: its folder is gone, or never was")
    }
    return study
  }
}

/// What the interface answers where it cannot do what was asked.
struct ErrorDocument: Codable {
  let error: String
}

/// One address, or all of one form, and what answers it.
struct Route: Sendable {
  /// GET answers HEAD too.
  let method: HTTPRequest.Method
  /// Its parts, names in braces standing for any text: `/runs/{run}`.
  let path: String
  let answer: @Sendable (Site, Site.Call) async throws -> Response

  init(
    _ path: String, _ method: HTTPRequest.Method = .get,
    _ answer: @escaping @Sendable (Site, Site.Call) async throws -> Response
  ) {
    self.path = path
    self.method = method
    self.answer = answer
    parts = Self.parts(of: path).map(String.init)
  }

  /// The parts of a path that starts with a slash.
  static func parts(of path: String) -> ArraySlice<Substring> {
    path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
  }

  private let parts: [String]

  /// What stands for the names in braces; nil for another path. Nothing is decoded: names that are served have no
  /// character that needs it.
  func match(_ path: ArraySlice<Substring>) -> [String: String]? {
    guard path.count == parts.count else { return nil }
    var places: [String: String] = [:]
    for (part, text) in zip(parts, path) {
      if part.hasPrefix("{") {
        places[String(part.dropFirst().dropLast())] = String(text)
      } else if part != text {
        return nil
      }
    }
    return places
  }
}

extension Site {
  /// All of them.
  static let routes: [Route] =
    pageRoutes + apiRoutes + compareRoutes + notesRoutes + controlRoutes
    + mapRoutes

  private static let pageRoutes = [
    Route("/") { site, call in try site.runsPage(call) },
    Route("/runs/{run}") { site, call in try site.runPage(call) },
    Route("/runs/{run}/charts.json") { site, call in try site.runCharts(call) },
    Route("/runs/{run}/notes", .post) { site, call in try await site.postNotes(call) },
    Route("/runs/{run}/files/{file}") { site, call in
      try site.file(call, of: ServedFile.ofRuns, in: site.run(call).place.path)
    },
    Route("/compare") { site, call in try site.comparePage(call) },
    Route("/compare/charts.json") { site, call in try site.compareCharts(call) },
    Route("/scatter") { site, call in try site.scatterPage(call) },
    Route("/scatter/charts.json") { site, call in try site.scatterCharts(call) },
    Route("/studies") { site, call in try site.studiesPage(call) },
    Route("/studies/{study}") { site, call in try site.studyPage(call) },
    Route("/studies/{study}/charts.json") { site, call in try site.studyCharts(call) },
    Route("/studies/{study}/files/{file}") { site, call in
      try site.file(call, of: ServedFile.ofStudies, in: site.study(call).place.path)
    },
    Route("/assets/{asset}") { site, call in try site.assets.answer(call) },
  ]

  private func file(_ call: Call, of files: [ServedFile], in folder: String) throws -> Response {
    let name = call.places["file"]
    guard let file = files.first(where: { $0.name == name }),
      let response = try Answer.file(file, in: folder)
    else { throw Missing(reason: "there is no such file") }
    return response
  }
}
