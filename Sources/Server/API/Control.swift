import Foundation
import HTTPTypes
import Hummingbird
import Records

/// What can be done with a run.
struct ControlDocument: Encodable {
  let schema = 1
  let run: String
  let state: RunState
  /// What its state leaves to be done.
  let action: RunControl.Action?
  /// Why that cannot be done.
  let hindrance: String?
  /// What was asked for and has not come about.
  let pending: String?
  /// What confirms the action, once, within two minutes.
  let confirmation: String?
  /// What a change has to bring in its header `Gnomon-Token`.
  let token: String
}

/// What a program sends to stop or resume a run.
private struct ControlChange: Decodable {
  let action: RunControl.Action
  let confirmation: String
}

extension Site {
  static let controlRoutes = [
    Route("/runs/{run}/stop") { site, call in try site.controlPage(.stop, call) },
    Route("/runs/{run}/resume") { site, call in try site.controlPage(.resume, call) },
    Route("/runs/{run}/stop", .post) { site, call in try await site.postControl(.stop, call) },
    Route("/runs/{run}/resume", .post) { site, call in try await site.postControl(.resume, call) },
    Route("/api/v1/runs/{run}/control") { site, call in
      try Answer.json(site.controlDocument(site.run(call)))
    },
    Route("/api/v1/runs/{run}/control", .put) { site, call in try await site.putControl(call) },
  ]

  /// The study that a run belongs to.
  func study(of run: RunEntry) -> StudyEntry? {
    run.study.flatMap { study in index.snapshot.studies.first { $0.identifier == study } }
  }

  private static func matter(_ action: RunControl.Action, _ run: RunEntry) -> String {
    "\(action.rawValue) \(run.identifier)"
  }

  private func controlDocument(_ run: RunEntry) -> ControlDocument {
    let action = control.action(for: run)
    let hindrance = action.flatMap { control.hindrance(to: $0, run, of: study(of: run)) }
    let confirmed = hindrance == nil ? action : nil
    return ControlDocument(
      run: run.identifier, state: run.state, action: action, hindrance: hindrance,
      pending: control.pending(run),
      confirmation: confirmed.map { control.confirmations.code(for: Self.matter($0, run)) },
      token: gate.forgeryToken)
  }

  /// The page that asks whether it is meant.
  private func controlPage(_ action: RunControl.Action, _ call: Call) throws -> Response {
    let run = try run(call)
    let hindrance = control.hindrance(to: action, run, of: study(of: run))
    let values: [String: Any] = [
      "name": run.name, "folder": run.place.label, "address": "/runs/\(run.identifier)",
      "action": action.rawValue, "consequence": action.consequence,
      "isPossible": hindrance == nil, "hindrance": hindrance ?? "", "token": gate.forgeryToken,
      "confirmation": hindrance == nil
        ? control.confirmations.code(for: Self.matter(action, run)) : "",
    ]
    let page = try Shell(
      title: "\(action.rawValue.capitalized) \(run.name)?", template: "control", values: values,
      place: "runs"
    ).html()
    return Answer.html(page, status: hindrance == nil ? .ok : .conflict)
  }

  private func postControl(_ action: RunControl.Action, _ call: Call) async throws -> Response {
    let run = try run(call)
    try perform(action, run, try await form(call)["confirmation"], call)
    var response = Response(status: .seeOther)
    response.headers[.location] = "/runs/\(run.identifier)"
    return response
  }

  private func putControl(_ call: Call) async throws -> Response {
    let run = try run(call)
    let change = try await document(
      ControlChange.self, call, of: ["action", "confirmation"],
      otherwise: "the body is no object with an action and a confirmation"
    )
    try perform(change.action, run, change.confirmation, call)
    return try Answer.json(controlDocument(run))
  }

  private func perform(
    _ action: RunControl.Action, _ run: RunEntry, _ confirmation: String?, _ call: Call
  ) throws(ChangeRefused) {
    if !control.isAllowed {
      throw ChangeRefused(
        status: .forbidden, reason: "the server was started without --allow-control")
    }
    guard control.confirmations.take(confirmation ?? "", for: Self.matter(action, run)) else {
      throw ChangeRefused(
        status: .conflict,
        reason: "this is done when it was confirmed within two minutes: ask for it again")
    }
    let identifier = run.identifier
    try control.perform(
      action, run, of: study(of: run), askedFrom: call.address.isEmpty ? "unknown" : call.address
    ) { [index] in
      var changes = ChangeHub.Changes()
      changes.runs = [identifier]
      index.hub.tell(changes)
    }
  }
}
