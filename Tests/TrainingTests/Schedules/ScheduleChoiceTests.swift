import Contrastive
import Testing
import Training

@Suite struct ScheduleChoiceTests {
  @Test(
    arguments: [
      ("joint", .joint), ("two-timescale", .twoTimescale), ("none", .none),
      ("frozen", .frozen(.asBuilt)),
      ("alternating:4", .alternating(headSteps: 4, batch: .same)),
      ("alternating:1,fresh", .alternating(headSteps: 1, batch: .fresh)),
      ("unrolled:4,rate=0.5", .unrolled(steps: 4, rate: 0.5)),
      (
        "implicit:8,neumann=0.1,damping=0.5,steps=3",
        .implicit(
          HypergradientSolver(.neumann(rate: 0.1), iterations: 8, damping: 0.5), headSteps: 3)
      ),
      ("frozen:orthogonal", .frozen(.orthogonal)),
      ("frozen:runs/a,b:c/step.safetensors", .frozenFile("runs/a,b:c/step.safetensors")),
      ("reset:500", .reset(every: 500)), ("ema:0.99", .averaged(momentum: 0.99)),
    ] as [(String, ScheduleChoice)])
  func aScheduleIsReadAndWrittenBack(_ text: String, _ choice: ScheduleChoice) throws {
    #expect(try ScheduleChoice(parsing: text) == choice)
    #expect(choice.description == text)
    #expect(try ScheduleChoice(parsing: choice.description) == choice)
    #expect(Set([choice, try ScheduleChoice(parsing: text)]).count == 1)
  }

  @Test func anErrorHoldsWhatWasWrongAsData() {
    let error = #expect(throws: NotationError.self) {
      try ScheduleChoice(parsing: "unrolled:2,rate=-1")
    }
    #expect(error?.kind == .schedule && error?.forms == ScheduleChoice.forms)
    #expect(error?.problem == .notANumber("-1", of: "rate", range: 0...Double.infinity))
  }

  @Test func whatIsLeftOutHasADefault() throws {
    #expect(try ScheduleChoice(parsing: "unrolled:2") == .unrolled(steps: 2, rate: 0.1))
    #expect(
      try ScheduleChoice(parsing: "implicit:8")
        == .implicit(HypergradientSolver(iterations: 8, damping: 0.01), headSteps: 1))
  }

  @Test(arguments: [
    "", "jointly", "joint:1", "joint,fresh", "alternating", "alternating:", "alternating:-1",
    "alternating:1.5", "alternating:4,stale", "unrolled:-1", "unrolled:2,rate=-1",
    "unrolled:2,rate=",
    "unrolled:99999999999999999999", "implicit", "implicit:3,damping=nan", "reset:0", "reset",
    "ema:1.5",
    "ema:", "frozen,orthogonal", "none:1", ":", ",", "alternating:4,fresh,fresh",
  ])
  func whatIsNotASchedule(_ text: String) {
    let error = #expect(throws: NotationError.self) { try ScheduleChoice(parsing: text) }
    #expect(error?.description.hasPrefix("schedule '\(text)' is not understood: ") == true)
    #expect(error?.description.contains("\n") == false)
  }
}
