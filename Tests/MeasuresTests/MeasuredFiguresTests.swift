import Measures
import Testing

@Suite struct MeasuredFiguresTests {
  @Test func keysAreReadWhateverTheirMembersAndControls() throws {
    let figures = try MeasuredFigures(
      parsing: "tangent_overlap.r5, effective_rank@untrained,effective_rank.pca64")
    #expect(figures.description == "effective_rank,tangent_overlap")
    #expect(try MeasuredFigures(parsing: figures.description) == figures)
    #expect(figures.measures.map { "\(type(of: $0))" } == ["SpectrumAndRanks", "TangentPlanes"])
  }

  @Test func whatAMeasureBuildsOnIsMeasuredBeforeIt() throws {
    let measures = try MeasuredFigures(["probe_gap"]).measures
    #expect(
      measures.map { "\(type(of: $0))" } == ["LinearProbeAccuracy", "MLPProbeAccuracy"])
    for (index, measure) in StandardMeasures.all.enumerated() {
      let before = StandardMeasures.all.prefix(index).flatMap(\.figures).map(\.key)
      #expect(measure.buildsOn.isSubset(of: before))
    }
  }

  @Test func allAndNoneAreWords() throws {
    #expect(try MeasuredFigures(parsing: "all") == .all)
    #expect(MeasuredFigures.all.measures.count == StandardMeasures.all.count)
    #expect(try MeasuredFigures(parsing: "none") == .none)
    #expect(MeasuredFigures.none.measures.isEmpty)
    // Naming every measure is no more than all of it, and can be read back.
    let every = try MeasuredFigures(StandardMeasures.all.flatMap(\.figures).map(\.key))
    #expect(try MeasuredFigures(parsing: every.description) == every)
    #expect(every.measures.count == StandardMeasures.all.count)
  }

  @Test(arguments: ["", ",", "rankme,", "rankm", "all,rankme", "h.rankme", "rankme\n"])
  func whatIsNoFigureIsRefused(_ text: String) {
    #expect(throws: MeasuredFigures.UnknownFigure.self) { try MeasuredFigures(parsing: text) }
  }
}
