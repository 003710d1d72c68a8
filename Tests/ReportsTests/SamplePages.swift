import Measures
import Foundation
import Records
import Reports
import Testing

/// Where sample pages are wanted.
let samplePages = ProcessInfo.processInfo.environment["GNOMON_SAMPLE_PAGES"].map {
  URL(fileURLWithPath: $0, isDirectory: true)
}

@Suite(
  "Sample pages, for a look at them",
  .enabled(
    if: samplePages != nil && plotlyIsInstalled,
    "name a folder in GNOMON_SAMPLE_PAGES to have them written there"))
struct SamplePages {
  @Test("of one run, of three, and of five seeds at three strengths")
  func runs() throws {
    let folder = try #require(samplePages)
    let three = try SampleRuns.writeThree(to: folder.appendingPathComponent("three"))
    try Report(runs: three, catalogue: .standard).write(
      to: folder.appendingPathComponent("three.html").path)
    try Report(runs: [three[1]], catalogue: .standard).write(
      to: folder.appendingPathComponent("one.html").path)
    let many = try [0.1, 0.5, 1.0].flatMap { strength in
      try (1...5).map { seed in
        let name = "strength \(strength) seed \(seed)"
        return try SampleRuns.write(
          name: name, strength: strength, seed: seed,
          to: folder.appendingPathComponent("many/\(name)"))
      }
    }
    try Report(runs: many, catalogue: .standard).write(
      to: folder.appendingPathComponent("many.html").path)
    let study = folder.appendingPathComponent("study")
    _ = try SampleStudy.write(to: study)
    try StudyReport(folder: study, catalogue: .standard).write(
      to: folder.appendingPathComponent("study.html").path)
    let controlled = try [0.1, 1.0].map { strength in
      try SampleRuns.write(
        name: "sprites-s\(strength)", strength: strength, seed: 7, hasControls: true,
        to: folder.appendingPathComponent("controlled/s\(strength)"))
    }
    try Report(runs: controlled, catalogue: .standard).write(
      to: folder.appendingPathComponent("controlled.html").path)
    try Report(runs: [controlled[0]], catalogue: .standard).write(
      to: folder.appendingPathComponent("controlled-one.html").path)
    let sets = folder.appendingPathComponent("sets")
    try SampleDataSets.write(to: sets)
    try StudyReport(folder: sets, catalogue: .standard).write(
      to: folder.appendingPathComponent("sets.html").path)
    let empty = StudyRecord(
      name: "empty", axes: [.init(key: "seed", values: [1])],
      runs: [.init(key: "a", settings: ["seed": 1], status: .pending)])
    try StudyReport(record: empty, folder: study, catalogue: .standard)
      .write(to: folder.appendingPathComponent("empty.html").path)
  }
}
