import Foundation
import TestSupport
import Testing

/// The program as a user runs it: what it prints, what it leaves, how it exits.
@Suite(.serialized) struct CommandTests {
  /// A run that takes a second.
  private let small = [
    "--image-size", "16", "--width", "4", "--head", "mlp:16-8", "--train-count", "80",
    "--held-out-count", "60", "--batch-size", "16", "--threads", "1", "--log-every", "1",
  ]

  private func expectUsageError(_ arguments: [String], saying part: String) throws {
    let result = try Program.run(arguments)
    #expect(result.code == 2, "\(arguments)")
    #expect(result.error.hasPrefix("gnomon: error: ") && result.errorLines.count == 1)
    #expect(result.error.contains(part), "\(result.error)")
    #expect(result.output.isEmpty)
  }

  @Test func aRunIsTrainedMeasuredProbedAndReported() throws {
    try withTemporaryFolder { folder in
      let run = folder.appendingPathComponent("run").path
      let trained = try Program.run(["train", "--steps", "6", "--output", run, "--json"] + small)
      #expect(trained.code == 0, "\(trained.error)")
      let summary = try trained.json()
      let layers = try #require(summary["layers"] as? [String: [String: Any]])
      #expect(Set(layers.keys) == ["h", "head.1", "z"])
      #expect(summary["steps"] as? Int == 6)
      #expect(trained.error.contains("step 6/6"))

      let geometry = try Program.run(["geometry", run, "--json"]).json()
      #expect(geometry["schema"] as? Int == 1)
      let measured = try #require((geometry["layers"] as? [String: [String: Any]])?["z"])
      #expect(measured["effective_rank"] as? Double == layers["z"]?["effective_rank"] as? Double)
      let probed = try Program.run(["probe", run, "--json"]).json()
      let probes = try #require(probed["layers"] as? [String: [String: Any]])
      for layer in ["h", "head.1", "z"] {
        for key in ["knn_top1", "linear_top1"] {
          let accuracy = try #require(probes[layer]?[key] as? Double, "\(layer).\(key)")
          #expect(layers[layer]?[key] as? Double == accuracy, "\(layer).\(key)")
          // Of 60 images it is right on a whole number.
          let right = accuracy * 60
          #expect(right.isApproximately(right.rounded(), within: 1e-9) && (0...60).contains(right))
        }
      }

      let repeated = folder.appendingPathComponent("again").path
      let again = try Program.run(
        ["train", "--config", "\(run)/config.yaml", "--output", repeated, "--json", "--quiet"])
      #expect(again.error.isEmpty)
      #expect((try again.json()["layers"] as? NSDictionary) == summary["layers"] as? NSDictionary)

      let page = folder.appendingPathComponent("page.html").path
      let report = try Program.run(["report", run, repeated, "--output", page])
      #expect(report.code == 0, "\(report.error)")
      let markup = try String(contentsOfFile: page, encoding: .utf8)
      #expect(markup.contains("Effective rank"))
      for name in ["run", "again"] { #expect(markup.contains(">\(name)<"), "\(name)") }
    }
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGUSR1])
  func anInterruptEndsTheStepAndWritesACheckpointToResumeFrom(_ signal: Int32) throws {
    try withTemporaryFolder { folder in
      let run = folder.appendingPathComponent("run").path
      let process = try Program.start(["train", "--steps", "100000", "--output", run] + small)
      let metrics = URL(fileURLWithPath: "\(run)/metrics.jsonl")
      try Program.wait(upTo: 240) { (try? Data(contentsOf: metrics))?.isEmpty == false }
      kill(process.identifier, signal)
      let result = try process.finish()
      #expect(result.code == (signal == SIGINT ? 130 : 75))
      #expect(result.error.contains("--resume \(run)"))
      let last = try String(contentsOfFile: "\(run)/checkpoints/last", encoding: .utf8)
      #expect(last.hasPrefix("step-"))
      #expect(!FileManager.default.fileExists(atPath: "\(run)/summary.json"))
    }
  }

  #if os(Linux)
    /// Who starts this test may have it ignored.
    @Test(arguments: ["--default-signal=HUP", "--ignore-signal=HUP"])
    func aTerminalsEndIsAnInterruptUnlessItIsIgnored(_ disposition: String) throws {
      try withTemporaryFolder { folder in
        let run = folder.appendingPathComponent("run").path
        let train = ["train", "--steps", "100000", "--output", run] + small
        let process = try Program.start(
          URL(fileURLWithPath: "/usr/bin/env"), [disposition, Program.path("gnomon")] + train)
        let metrics = URL(fileURLWithPath: "\(run)/metrics.jsonl")
        func lines() -> Int { (try? Data(contentsOf: metrics))?.count { $0 == 10 } ?? 0 }
        try Program.wait(upTo: 240) { lines() > 0 }
        kill(process.identifier, SIGHUP)
        if disposition.contains("ignore") {
          let before = lines()
          try Program.wait(upTo: 240) { lines() > before + 1 }
          kill(process.identifier, SIGTERM)
        }
        let result = try process.finish()
        #expect(result.code == 75 && result.error.contains("--resume \(run)"), "\(result.error)")
      }
    }
  #endif

  @Test func wrongUsageIsOneLineAndExitCode2() throws {
    try expectUsageError(["train", "--nonsense"], saying: "Unknown option '--nonsense'")
    try expectUsageError(
      ["train", "--device", "cuda:99"],
      saying: "CUDA devices here; use --device cpu, or install a CUDA build of torch")
    try expectUsageError(
      ["train", "--dataset", "cifar11"],
      saying: "--dataset is 'cifar11': did you mean 'cifar10'? use one of sprites, cifar10,")
    try expectUsageError(
      ["train", "--config", "/nonexistent.yaml"],
      saying: "cannot read the configuration file /nonexistent.yaml")
    try expectUsageError(["geometry"], saying: "--embeddings")
    try expectUsageError(["report", "a", "b"], saying: "--output")
    try withTemporaryFolder { folder in
      let config = folder.appendingPathComponent("c.yaml")
      try Data("temprature: 1\n".utf8).write(to: config)
      try expectUsageError(
        ["train", "--config", config.path],
        saying: "\(config.path): unknown key 'temprature'; did you mean 'temperature'?")
      try expectUsageError(
        ["train", "--output", folder.path],
        saying: "\(folder.path) exists and is not empty: choose another --output, or continue it "
          + "with --resume \(folder.path)")
      try expectUsageError(
        ["train", "--output", config.path],
        saying: "\(config.path) is a file, where a run needs a folder: choose another --output")
    }
  }

  /// A variable of the shell that nobody has set.
  @Test(arguments: [
    ["train"], ["preview"], ["embed", "run"], ["export", "run"], ["report", "run"],
  ])
  func anOutputWithoutANameIsNotTheCurrentFolder(_ command: [String]) throws {
    try withTemporaryFolder { folder in
      let result = try Program.run(command + ["--output", ""], in: folder)
      #expect(
        result.code == 2 && result.error.contains("it names no file or folder"), "\(result.error)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
  }

  @Test func settingsWithoutEffectAreNamed() throws {
    try withTemporaryFolder { folder in
      let run = folder.appendingPathComponent("run").path
      let idle = ["--momentum", "0.5", "--figures", "none"]
      let result = try Program.run(["train", "--steps", "1", "--output", run] + idle + small)
      #expect(result.code == 0)
      #expect(result.errorLines.contains("momentum has no effect: optimizer adamw has none"))
      let resumed = try Program.run(["train", "--resume", run])
      #expect(resumed.code == 0 && !resumed.error.contains("no effect"))
    }
  }

  @Test func brokenDataIsOneLineAndExitCode1() throws {
    try withTemporaryFolder { folder in
      func expectFailure(_ arguments: [String], saying part: String) throws {
        let run = folder.appendingPathComponent("run").path
        let result = try Program.run(["train", "--data", folder.path, "--output", run] + arguments)
        #expect(result.code == 1)
        #expect(result.errorLines.count == 1 && result.error.contains(part), "\(result.error)")
        #expect(!FileManager.default.fileExists(atPath: run))
      }
      try expectFailure(["--dataset", "folder"], saying: folder.path)
      try expectFailure(["--dataset", "cifar10"], saying: folder.path)
      try Data(count: 100).write(to: folder.appendingPathComponent("train-images-idx3-ubyte"))
      try expectFailure(["--dataset", "idx"], saying: "train-images-idx3-ubyte")
    }
    let missing = try Program.run(["geometry", "/nonexistent-run"])
    #expect(missing.code == 1 && missing.errorLines.count == 1)
    let report = try Program.run(["report", "/nonexistent-run"])
    #expect(report.code == 1 && report.errorLines.count == 1)
  }

  @Test func unreadableImagesAreCountedAndSkippedOrRefused() throws {
    try withTemporaryFolder { folder in
      let photos = folder.appendingPathComponent("photos")
      try Photos.make(in: photos)
      for index in 0..<4 {
        let place = photos.appendingPathComponent("cats/text-\(index).png")
        try Data("not a picture".utf8).write(to: place)
      }
      let arguments = [
        "train", "--dataset", "folder", "--data", photos.path, "--steps", "1", "--batch-size", "16",
        "--image-size", "16", "--width", "4", "--threads", "1",
      ]
      let lenient = try Program.run(
        arguments + ["--output", folder.appendingPathComponent("a").path])
      #expect(lenient.code == 0)
      #expect(lenient.error.contains("warning: skipped 4 files: 4 × not a PNG"), "\(lenient.error)")
      let list = try text(of: folder.appendingPathComponent("a/skipped-files.txt"))
      #expect(list.split(separator: "\n").count == 4 && list.contains("text-3.png\tnot a PNG"))
      let strict = try Program.run(
        arguments + ["--strict", "--output", folder.appendingPathComponent("b").path])
      #expect(strict.code == 1 && strict.errorLines.count == 1)
      #expect(strict.error.contains("text-"), "\(strict.error)")
    }
  }

  @Test func anybodysEmbeddingsAreMeasured() throws {
    try withTemporaryFolder { folder in
      let path = fixture("npy/f8.npy")
      let result = try Program.run(["geometry", "--embeddings", path, "--json"])
      let h = try #require((try result.json()["layers"] as? [String: [String: Any]])?["h"])
      // Two rows differ by one vector: a spectrum of one value.
      #expect((h["effective_rank"] as? Double)?.isApproximately(1, within: 1e-6) == true)
      #expect(h["dimension"] as? Int == 3 && h["n"] as? Int == 2)
      for bad in ["npy/scalar_f8.npy", "npy/empty_f4.npy", "make_fixtures.py"] {
        let refused = try Program.run(["geometry", "--embeddings", fixture(bad)])
        #expect(refused.code == 1 && refused.errorLines.count == 1, "\(bad): \(refused.error)")
      }
    }
  }
}
