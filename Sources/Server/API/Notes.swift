import Foundation
import HTTPTypes
import Hummingbird
import Records
import RunDatabase
import RunStore

/// What is noted of a run.
struct NotesDocument: Encodable {
  let schema = 1
  let run: String
  let note: String
  let tags: [String]
  /// Whether they can be changed.
  let writable: Bool
  /// Why not.
  let hindrance: String?
  /// What a change has to bring in its header `Gnomon-Token`.
  let token: String
}

/// What a program sends to change notes.
private struct NotesChange: Decodable {
  let note: String
  let tags: [String]
}

extension Site {
  static let notesRoutes = [
    Route("/api/v1/runs/{run}/notes") { site, call in
      let run = try site.run(call)
      return try Answer.json(site.notesDocument(run, run.notes))
    },
    Route("/api/v1/runs/{run}/notes", .put) { site, call in try await site.putNotes(call) },
  ]

  /// Why nothing can be noted of a run; nil where it can.
  func hindrance(of run: RunEntry) -> String? {
    guard let place = NotesPlace(of: run.place) else {
      return "its store is outside of the folders that are served"
    }
    return place.hindrance
  }

  private func notesDocument(_ run: RunEntry, _ notes: RunNotes) -> NotesDocument {
    let hindrance = hindrance(of: run)
    return NotesDocument(
      run: run.identifier, note: notes.note, tags: notes.tags, writable: hindrance == nil,
      hindrance: hindrance, token: gate.forgeryToken)
  }

  /// Notes that the page's form sends.
  func postNotes(_ call: Call) async throws -> Response {
    let run = try run(call)
    let fields = try await form(call)
    let tags = (fields["tags"] ?? "").split(whereSeparator: { $0 == "," || $0 == "\n" })
    try await note(notes(fields["note"] ?? "", tags.map(String.init)), of: run)
    var response = Response(status: .seeOther)
    response.headers[.location] = "/runs/\(run.identifier)#notes"
    return response
  }

  private func putNotes(_ call: Call) async throws -> Response {
    let run = try run(call)
    let change = try await document(
      NotesChange.self, call, of: ["note", "tags"],
      otherwise: "the body is no object with a note and tags")
    // As it was sent: of a form's tags those that come twice are one.
    guard change.tags.count <= RunNotes.mostTags,
      change.tags.allSatisfy({ $0.unicodeScalars.count <= RunNotes.longestTag })
    else {
      throw ChangeRefused(
        status: .badRequest,
        reason: "at most \(RunNotes.mostTags) tags of \(RunNotes.longestTag) characters")
    }
    let notes = try notes(change.note, change.tags)
    try await note(notes, of: run)
    return try Answer.json(notesDocument(run, notes))
  }

  private func notes(_ note: String, _ tags: [String]) throws(ChangeRefused) -> RunNotes {
    do {
      return try RunNotes(note: note, tags: tags)
    } catch {
      throw ChangeRefused(status: .badRequest, reason: error.description)
    }
  }

  private func note(_ notes: RunNotes, of run: RunEntry) async throws {
    guard let place = NotesPlace(of: run.place), place.hindrance == nil else {
      throw ChangeRefused(
        status: .conflict, reason: "nothing can be noted: \(hindrance(of: run) ?? "it is gone")")
    }
    let outcome = await notebook.write(notes, at: place)
    if case .failure(let error) = outcome {
      throw ChangeRefused(status: .conflict, reason: "nothing was noted: \(error.description)")
    }
    index.take(notes, of: run.identifier)
  }
}

/// Writes notes one after the other, away from the threads that answer: a store that is busy holds up no page.
final class Notebook: Sendable {
  private let queue = DispatchQueue(label: "gnomon.notes")

  func write(_ notes: RunNotes, at place: NotesPlace) async -> Result<Void, RunStoreError> {
    await withCheckedContinuation { continuation in
      queue.async {
        do throws(RunStoreError) {
          let store = try RunDatabase.open(path: place.store)
          do throws(RunStoreError) {
            try store.setNotes(notes, ofRun: place.key)
          } catch {
            try? store.close()
            throw error
          }
          try store.close()
          continuation.resume(returning: .success(()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
  }
}
