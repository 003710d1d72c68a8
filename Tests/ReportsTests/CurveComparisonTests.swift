import Foundation
import Records
import Testing

@testable import Reports

/// Curves of several runs in one chart.
@Suite struct CurveComparisonTests {
  private func line(_ count: Int, _ value: (Double) -> Double) -> [(x: Double, y: Double)] {
    (0..<count).map { (Double($0), value(Double($0))) }
  }

  private func comparison(
    _ points: [[(x: Double, y: Double)]], smoothing: Double = 0, isLogarithmic: Bool = false
  ) -> CurveComparison {
    let names = points.indices.map { "run \($0)" }
    return CurveComparison(
      names: names, marks: RunMarks(names: names),
      curves: [.init(LoggedQuantity("loss"), points: points)], along: .step, smoothing: smoothing,
      isLogarithmic: isLogarithmic)
  }

  @Test func aSmoothedPointIsTheMeanOfThoseAroundIt() {
    let noisy = line(101) { $0 + ($0.truncatingRemainder(dividingBy: 2) == 0 ? 1 : -1) }
    let smooth = CurveComparison.smoothed(noisy, over: 0.1)
    #expect(smooth.map(\.x) == noisy.map(\.x))
    // Within the curve eleven points, five on each side, by hand.
    for place in 5..<96 {
      let mean = noisy[(place - 5)...(place + 5)].map(\.y).reduce(0, +) / 11
      #expect(abs(smooth[place].y - mean) < 1e-9)
    }
    // At its start those after it alone.
    #expect(abs(smooth[0].y - noisy[0...5].map(\.y).reduce(0, +) / 6) < 1e-9)
    #expect(CurveComparison.smoothed(noisy, over: 0).map(\.y) == noisy.map(\.y))
    #expect(CurveComparison.smoothed([], over: 0.5).isEmpty)
  }

  @Test func whatWasLoggedStandsThinBehindItsMean() throws {
    let figures = comparison([line(50) { $0 }, line(2) { $0 }], smoothing: 0.2).figures.figures
    let traces = try #require(figures.first?.charts.first).traces
    #expect(traces.map(\.isThin) == [true, nil, nil])
    #expect(traces.map(\.group) == ["run-0", "run-0", "run-1"])
  }

  @Test func aLogarithmicAxisLeavesOutWhatIsNotAboveZero() throws {
    let chart = try #require(
      comparison([line(10) { $0 - 3 }], isLogarithmic: true).figures.figures.first?.charts.first)
    #expect(chart.y.isLogarithmic && chart.traces[0].y == [1, 2, 3, 4, 5, 6])
  }

  @Test func noCurveHasMorePointsThanAPageTellsApart() throws {
    let chart = try #require(
      comparison([line(5_000) { $0 }]).figures.figures.first?.charts.first)
    #expect(chart.traces[0].x.count <= 500)
  }

  @Test func aTableHasPlacesAlongTheAxisAndLeavesOutWhatIsNotThere() throws {
    let table = try #require(comparison([line(101) { $0 }, line(26) { 2 * $0 }, []]).tables.first)
    #expect(
      table.heads == [
        "at 0", "at 25.0", "at 50.0", "at 75.0", "at 100", "least", "greatest", "last",
      ])
    #expect(
      table.rows[0].cells == ["0", "25.00", "50.00", "75.00", "100.0", "0", "100.0", "100.0"])
    #expect(table.rows[1].cells == ["0", "50.00", nil, nil, nil, "0", "50.00", "50.00"])
    #expect(table.rows[2].cells.allSatisfy { $0 == nil })
  }

  @Test func runsOfOneValueLookAlikeAndNumbersAreInOrder() {
    let values: [Double?] = [1, 0.1, 1, nil, 10]
    let marks = RunMarks(values: values.map { $0.map { .init(text: "\($0)", number: $0) } })
    #expect(marks.marks[0].group == marks.marks[2].group)
    #expect(marks.marks[0].paint == Paint.sequence(1, of: 3))
    #expect(marks.legend().map(\.label) == ["0.1", "1", "10", "no value"])
    let many = RunMarks(values: (0..<100).map { .init(text: "\($0)", number: Double($0)) })
    #expect(many.legend().count == 8)
    #expect(Set(many.marks.map(\.group)).count == 8)
    let texts = RunMarks(values: ["vit", "resnet", "vit"].map { .init(text: $0, number: nil) })
    #expect(texts.legend().map(\.label) == ["resnet", "vit"])
  }
}
