import Foundation
import Runs
import Studies
import TestSupport
import Testing

/// What is wrong with a study file is said in one line that names file, line and key.
struct StudyFileTests {
  private static let claim = """
    axes: {strength: [0.1, 0.5], head: [none, 'linear:8'], seed: [0, 1]}
    claims:
      - {id: rank, statement: s, direction: positive, statistic:
    """

  @Test(arguments: [
    ("", "not a mapping"), ("- a", "not a mapping"), ("axes: [", "not YAML"),
    (
      "axes: {seed: [0]}\nclaim: []",
      "line 2: the study: unknown key 'claim'; did you mean 'claims'?"
    ),
    ("axes: {sed: [0]}", "line 1: axes: unknown key 'sed'; did you mean 'seed'?"),
    (
      "axes: {seed: [0]}\nsettings: {epoch: 3}",
      "settings: unknown key 'epoch'; did you mean 'epochs'?"
    ),
    ("axes: {seed: [0]}\nsettings: {epochs: many}", "settings: epochs is 'many'"),
    ("axes: {seed: [0, x]}", "axes.seed: seed is 'x': use a whole number"),
    ("axes: {seed: [[0]]}", "axes.seed: seed should have one value"),
    ("axes: {seed: []}", "axes.seed is empty"), ("axes: {seed: 3}", "axes.seed should be a list"),
    ("axes: {seed: }", "axes.seed should be a list"),
    ("axes: {}", "the grid is empty"), ("name: s", "the grid is empty"),
    ("axes: {seed: [0]}\nexclude: [{seed: 0}]", "the grid is empty: exclude leaves no run"),
    ("axes: {seed: [0, 1, 0]}", "axes.seed has 0 twice"),
    ("axes: {strength: [0.5, 0.50]}", "axes.strength has 0.5 twice"),
    ("axes: {seed: [0], seed: [1]}", "not YAML"),
    ("axes: {seed: [0]}\nsettings: {seed: 1}", "seed is both an axis and a setting"),
    ("axes: {seed: [0]}\narms: {a: {seed: 1}}", "seed is both an axis and a key of the arm 'a'"),
    (
      "axes: {seed: [0]}\narms: {a: {hed: none}}", "arms.a: unknown key 'hed'; did you mean 'head'?"
    ),
    ("axes: {seed: [0]}\narms: [a]", "arms should be a mapping"),
    ("axes: &a {seed: [0], head: *a}", "not YAML"),
    ("axes: {seed: &a [*a]}", "not YAML"),
    ("axes: {seed: &a [0, 1]}\nquick: {seed: *a}", "anchors and aliases"),
    ("axes: {seed: [0]}\nexclude: [{sed: 0}]", "exclude: 'sed' is no axis; the axes are seed"),
    ("axes: {seed: [0]}\nexclude: [{seed: 7}]", "exclude: seed is never 7; it is 0"),
    ("axes: {seed: [0]}\nexclude: {seed: 0}", "exclude should be a list"),
    ("axes: {seed: [0]}\ninclude: [{}]", "include: name values of axes"),
    ("axes: {seed: [0]}\ninclude: [{seed: 0}]", "are the same run: exclude one"),
    ("axes: {seed: [0]}\nquick: {strength: [0.1]}", "quick: strength is a list, but no axis"),
    ("axes: {seed: [0]}\nquick: {nope: 1}", "quick: unknown key 'nope'"),
    ("axes: {seed: [0]}\narms: {a: {head: none}}\nquick: {head: none}", "set by the arm 'a'"),
    ("axes: {seed: [0]}\narms: {a: {head: none}}\nquick: {arm: b}", "there is no arm 'b'"),
    ("axes: {seed: [0]}\nname: ../up", "name is '../up'"),
    ("axes: {seed: [0]}\nname: .a", "name is"),
    ("axes: {seed: [0]}\nname: []", "name should be a text"),
    ("axes: {head: ['mlp:x'], seed: [0]}", "s.yaml, line 1: axes.head: head 'mlp:x'"),
    (
      "axes: {head: [none], schedule: ['reset:5']}",
      "the run with head none, schedule reset:5: schedule reset:5 moves the head"
    ),
    (
      "axes: {schedule: [none], head: [none, 'linear:8'], seed: [0]}",
      "the runs with schedule none, head none, seed 0 and with schedule none, head linear:8, seed 0 are the same"
    ),
    (
      "axes: {seed: [0]}\nfigures: [h.rank]",
      "figures: 'h.rank': 'h.rank' is no figure; did you mean 'h.rankme'?"
    ),
  ])
  func aFileThatCannotBeAStudyIsRefused(_ text: String, _ part: String) {
    expectRefusal(text, part)
  }

  @Test(arguments: [
    (
      "slope, of: h.rankme, axis: strength}",
      "claim rank is ambiguous: head varies too; fix it by where: {head: none}"
    ),
    (
      "slope, of: h.rankme, axis: strenth, where: {head: none}}",
      "'strenth' is no axis of the study; did you mean 'strength'?"
    ),
    (
      "slope, of: h.rankme, axis: head, where: {strength: 0.1}}",
      "a slope needs an axis with two numbers or more, which head is not"
    ),
    ("slope, of: h.rankme, axis: seed}", "seeds are what is paired"),
    ("slope, of: h.rankme}", "a slope needs an axis"),
    ("slop, of: h.rankme}", "statistic is 'slop': did you mean 'slope'?"),
    ("mean, of: h.efective_rank}", "did you mean 'h.effective_rank'?"),
    ("mean, of: x.rankme}", "there is no layer 'x'"),
    ("mean, of: head.0.rankme}", "there is no layer 'head.0'"),
    ("mean, of: rankme}", "'rankme' is no figure: use a layer and a key"),
    ("mean, of: 1 + 2}", "has no figure in it"), ("mean, of: h.rankme +}", "it ends too early"),
    ("mean, of: (h.rankme}", "a ) is missing"),
    ("mean, of: exp(h.rankme)}", "there is no function 'exp'"),
    ("mean, of: h.rankme h.alpha}", "'h.alpha' was not expected"),
    ("mean, of: run.wall}", "'run.wall' is no figure of a run"),
    ("mean, of: h.rankme, where: {head: none, strength: 1.5}}", "where: strength is never 1.5"),
    ("mean, of: h.rankme, axis: strength, where: {head: none}}", "a mean compares nothing"),
    ("mean, of: h.rankme, average: [head, width]}", "'width' is no axis of the study"),
    ("mean, of: h.rankme, between: [1, 2]}", "between goes with statistic difference"),
    ("difference, of: h.rankme, axis: head, between: [none]}", "between should be two values"),
    ("difference, of: h.rankme, axis: head, between: [none, none]}", "has none twice"),
    ("difference, of: h.rankme, axis: head, between: [none, 'mlp:8-8']}", "head is never mlp:8-8"),
    ("slope, of: h.rankme, axis: strength, where: {head: none, seed: [0]}}", "leave seed out"),
    (
      "slope, of: h.rankme, axis: strength, where: {head: none, strength: 0.5}}",
      "a slope needs two values of strength"
    ),
    (
      "difference, of: h.rankme, axis: strength, where: {head: none, strength: [0.1, 0.5]}}",
      "between says which values of strength are compared"
    ),
    (
      "slope, of: h.rankme, axis: strength, average: [head, strength]}",
      "strength is what is compared"
    ),
    (
      "slope, of: h.rankme, axis: strength, average: [head, head]}",
      "average: 'head' is there twice"
    ),
    ("mean}", "claim rank has no 'of'"), ("mean, ov: h.rankme}", "unknown key 'ov'"),
  ])
  func aClaimThatCannotBeTestedIsRefused(_ rest: String, _ part: String) {
    expectRefusal(StudyFileTests.claim + " " + rest, part)
  }

  @Test func twoClaimsNeedTwoNames() {
    let claim = "{id: a, statement: s, direction: positive, statistic: mean, of: h.rankme}"
    expectRefusal("axes: {seed: [0]}\nclaims: [\(claim), \(claim)]", "two with the id 'a'")
    expectRefusal(
      "axes: {seed: [0]}\nclaims: [\(claim.replacing("positive", with: "up"))]", "direction is 'up'"
    )
  }

  @Test(arguments: [
    ("primary: [b]", "line 2: primary: there is no claim 'b'; did you mean 'a'?"),
    ("primary: [another]", "primary: there is no claim 'another'; use a"),
    ("primary: [a, a]", "primary: 'a' is there twice"), ("primary: []", "primary is empty"),
    ("primary:", "primary is empty"), ("primary: [[a]]", "primary should be a text"),
  ])
  func primaryClaimsAreClaims(_ primary: String, _ part: String) {
    let claim = "{id: a, statement: s, direction: positive, statistic: mean, of: h.rankme}"
    expectRefusal("axes: {seed: [0]}\n\(primary)\nclaims: [\(claim)]", part)
    expectRefusal("axes: {seed: [0]}\nprimary: [a]", "the study makes no claims")
  }

  @Test func runsMeasureWhatTheStudyNames() throws {
    let body = """
      axes: {seed: [0]}
      figures: [h.attribute.hue, run.wall_seconds, h.dimension]
      claims: [{id: a, statement: s, direction: positive, statistic: mean, of: ln(z.effective_rank) - h.knn_top1@untrained}]
      """
    let all = try Study(yaml: body, source: "a.yaml", threads: 1).runs[0]
    let named = try Study(yaml: "measure: named\n\(body)", source: "a.yaml", threads: 1).runs[0]
    #expect(all.configuration.figures == .all)
    #expect(named.configuration.figures.description == "knn_top1,attribute,effective_rank")
    // What is measured of a run does not make it another one.
    #expect(named.key == all.key)
    let settings = "measure: named\nsettings: {figures: linear_top1}\n\(body)"
    let set = try Study(yaml: settings, source: "a.yaml", threads: 1).runs[0]
    #expect(set.configuration.figures.description == "linear_top1")
    let nothing = try Study(yaml: "measure: named\naxes: {seed: [0]}", source: "a.yaml", threads: 1)
    #expect(nothing.runs[0].configuration.figures == .none)
    expectRefusal("measure: some\n\(body)", "line 1: measure is 'some': use all, or named")
  }

  @Test func nestingWithoutEndIsRefusedRatherThanFollowed() {
    expectRefusal(
      "axes: {seed: " + String(repeating: "[", count: 100_000), "not YAML")
    let deep = String(repeating: "(", count: 500)
    expectRefusal(
      "axes: {seed: [0]}\nfigures: ['\(deep)h.rankme']", "nested too deeply")
    // Nine lines that stand for a billion values.
    var text = "a: &a [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]\n"
    for (next, last) in zip("bcdefghi", "abcdefgh") {
      text +=
        "\(next): &\(next) [" + Array(repeating: "*\(last)", count: 10).joined(separator: ", ")
      text += "]\n"
    }
    expectRefusal(text, "more than 16 aliases")
    // Comparing keys would take as long as reading all of them.
    expectRefusal(text + "? *i\n: 1\n", "more than 16 aliases")
    let axes = ["seed", "epochs", "width", "batch_size"].map {
      "\($0): [\((10..<30).map(String.init).joined(separator: ", "))]"
    }
    expectRefusal("axes: {\(axes.joined(separator: ", "))}", "more than 10000 runs")
  }

  @Test func everyExampleIsAStudyFromStartToQuick() throws {
    let folder = URL(fileURLWithPath: fixture("../../Examples"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".yaml") }.sorted()
    #expect(
      Set(names).isSuperset(of: ["heads.yaml", "projector.yaml", "schedules.yaml", "strength.yaml"])
    )
    try withTemporaryFolder { empty in
      for name in names {
        let path = folder.appendingPathComponent(name).path
        let full = try Study(path: path, threads: 2)
        let quick = try Study(path: path, isQuick: true, threads: 2)
        #expect(full.name == String(name.dropLast(5)))
        if try String(contentsOfFile: path, encoding: .utf8).contains("claims:") {
          #expect(Set(full.runs.map(\.configuration.seed)).count >= 8, "\(name)")
        }
        #expect(quick.runs.count < full.runs.count, "\(name)")
        let plan = try StudyPlan(
          full, in: StudyFolder(path: empty.path), jobs: 1, cores: 2)
        #expect(plan.entries.count == full.runs.count && plan.secondsLeft == nil)
        #expect(plan.entries.allSatisfy { !$0.isFinished })
      }
    }
  }

  @Test func theManualsFilesAreStudies() throws {
    let manual = try String(contentsOfFile: fixture("../../Docs/Studies.md"), encoding: .utf8)
    let files = manual.components(separatedBy: "```yaml\n").dropFirst()
      .compactMap { $0.components(separatedBy: "```").first }
    #expect(files.count == 3)
    #expect(try study(files[0]).runs.count == 16)
    #expect(try study(files[0], isQuick: true).runs.count == 6)
    #expect(try study(files[1] + "axes: {seed: [0]}").runs.count == 2)
    #expect(try study(files[2] + "axes: {seed: [0]}").runs.count == 2)
  }

  private func assigned(
    _ text: String, _ assignments: [(key: String, text: String)]
  ) throws -> Study {
    try Study(
      yaml: text, source: "s.yaml", assignments: StudyAssignments(assignments), threads: 1)
  }

  @Test func settingsBesideAFileGiveAStudyANameOfItsOwn() throws {
    let long = String(repeating: "n", count: 100)
    for file in ["axes: {seed: [0]}", "name: \(long)\naxes: {seed: [0]}"] {
      let names = try ["a/x.gnomon", "b/x.gnomon", "a/x.gnomon"].map {
        try assigned(file, [("dataset", "packed"), ("data", $0)]).name
      }
      #expect(names[0] == names[2] && names[0] != names[1])
      #expect(names.allSatisfy { $0.count <= 100 && $0 != long })
    }
    let name = try assigned(
      "axes: {seed: [0]}\nsettings: {dataset: packed}", [("data", "a/x.gnomon")]
    ).name
    #expect(name.wholeMatch(of: /s_data-x\.gnomon_[0-9a-f]{8}/) != nil, "\(name)")
    // What the manual says.
    let manual = try String(contentsOfFile: fixture("../../Docs/MadeData.md"), encoding: .utf8)
    let made = [("dataset", "packed"), ("data", "data/glyphs.gnomon")]
    let mine = try assigned("name: mine\naxes: {seed: [0]}", made).name
    #expect(manual.contains("`studies/\(mine)`"), "\(mine)")
  }

  @Test func settingsBesideAFileLeaveItsLinesAsTheyAre() throws {
    let text = "# what it is about\n\naxes: {seed: [0]}\n\nsettings: {epoch: 3}\n"
    let error = #expect(throws: StudyFileError.self) { try assigned(text, [("width", "4")]) }
    #expect(error?.description.contains("line 5: settings: unknown key 'epoch'") == true)
  }

  private func expectRefusal(_ text: String, _ part: String) {
    do {
      _ = try study(text)
      Issue.record("accepted: \(text.prefix(200))")
    } catch let error as StudyFileError {
      #expect(error.description.hasPrefix("s.yaml"), "\(error)")
      #expect(error.description.contains(part), "\(error)")
      #expect(!error.description.contains("\n"))
    } catch {
      Issue.record("\(error)")
    }
  }
}
