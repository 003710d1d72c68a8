import Foundation
import Records
import TestSupport
import Testing

@testable import Server

/// Choosing, sorting and paging of runs.
@Suite struct QueryTests {
  private func entries() -> [RunEntry] {
    (0..<120).map { number in
      var run = RunEntry(
        .init(path: "/runs/run-\(number)", label: "runs/run-\(number)"), identifier: "\(number)")
      run.settings = [
        "strength": .double(Double(number % 3) / 2),
        "encoder": number % 2 == 0 ? "resnet18" : "vit",
      ]
      run.state = number % 4 == 0 ? .running : .finished
      if number % 5 != 0 {
        run.last = MetricRecord(step: number, epoch: 0, loss: Double(120 - number))
      }
      return run
    }
  }

  private func answer(_ query: String) throws -> RunQuery.Answer {
    try RunQuery(Parameters.parse(query)).answer(entries())
  }

  @Test func pagesAreOfTheAskedSizeAndTheLastStandsForLaterOnes() throws {
    #expect(try answer("per_page=50").runs.count == 50)
    #expect(try answer("per_page=50&page=3").runs.count == 20)
    let late = try answer("per_page=50&page=9")
    #expect(late.page == 3 && late.pages == 3 && late.total == 120)
  }

  @Test func textAndSettingsChoose() throws {
    #expect(try answer("text=RUN-11").total == 11)
    #expect(try answer("text=vit").total == 60)
    #expect(try answer("set=strength%3D0.50").total == 40)
    #expect(try answer("set=strength=0.5&set=encoder=vit").total == 20)
    #expect(try answer("set=nothing=1").total == 0)
    #expect(try answer("state=running").total == 30)
  }

  @Test func whatHasNoValueComesLastEitherWay() throws {
    let up = try answer("sort=loss&per_page=500").runs
    #expect(up.first?.loss == 1 && up.last?.loss == nil)
    let down = try answer("sort=loss&order=desc&per_page=500").runs
    #expect(down.first?.loss == 119 && down.last?.loss == nil)
    let settings = try answer("sort=strength&per_page=500").runs.map {
      $0.settings["strength"]?.doubleValue ?? -1
    }
    #expect(settings == settings.sorted())
  }

  @Test(arguments: [
    "page=0", "page=x", "per_page=501", "order=up", "state=lost", "set=novalue",
    "text=" + String(repeating: "x", count: 201),
    "columns=" + (0..<30).map { "c\($0)" }.joined(separator: ","),
  ])
  func aValueThatAParameterDoesNotTakeIsRefused(_ query: String) {
    #expect(throws: RunQuery.Refused.self) { try RunQuery(Parameters.parse(query)) }
  }

  @Test func aQueryAndItsParametersSayTheSame() throws {
    let text =
      "?text=a%26b&set=strength%3D0.5&state=running&columns=loss%2Ch.effective_rank&sort=loss&order=desc&page=2&per_page=10"
    let query = try RunQuery(Parameters.parse(String(text.dropFirst())))
    #expect(Parameters.query(query.parameters) == text)
    #expect(query.columns == [.fact(.loss), .figure(layer: "h", key: "effective_rank")])
    #expect(RunColumn(RunColumn.setting("loss").text) == .setting("loss"))
  }

  @Test func timeLeftFollowsFromTheSpeedAndTheLength() throws {
    var run = RunEntry(.init(path: "/a", label: "a"), identifier: "a")
    run.state = .running
    run.settings = ["steps": 100, "batch_size": 128, "views": 2]
    run.last = MetricRecord(step: 20, epoch: 2, viewsPerSecond: 512)
    #expect(run.progress.share == 0.2)
    #expect(run.progress.rate == 2)
    #expect(run.progress.left == 40)
    run.settings["steps"] = nil
    run.settings["epochs"] = 4
    #expect(run.progress.steps == 40)
  }

  @Test func whatWasMissedIsToldAndWhatIsTooLongAgoIsNot() {
    let hub = ChangeHub(mostListeners: 2)
    for number in 1...300 {
      var changes = ChangeHub.Changes()
      changes.runs = ["\(number)"]
      hub.tell(changes)
    }
    #expect(hub.changes(after: 298)?.runs == ["299", "300"])
    #expect(hub.changes(after: 300)?.isEmpty == true)
    #expect(hub.changes(after: 10) == nil)
    #expect(hub.changes(after: 301) == nil)
    let first = hub.listen()
    let second = hub.listen()
    #expect(hub.listen() == nil)
    withExtendedLifetime((first, second)) {}
  }
}
