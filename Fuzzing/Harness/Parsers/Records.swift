import Foundation
import RunStore
import Runs
import Studies
import Torch

extension FuzzedParser {
  /// The JSON beside a checkpoint's tensors.
  static let checkpointRecord = FuzzedParser("checkpoint-json") { input in
    let folder = RunFolder(path: try Scratch.folder("run"))
    _ = try Scratch.folder("run/checkpoints")
    let name = "run/checkpoints/step-00000001"
    _ = try Scratch.file("\(name).safetensors", [2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8))
    _ = try Scratch.file("\(name).json", input)
    let checkpoints = CheckpointFolder(folder: folder)
    _ = checkpoints.hasWhole
    _ = try checkpoints.readNewest()
  }

  /// Every other file of a run and of a study that is read back: summary, lines, configuration, the study's record.
  static let runRecords = FuzzedParser("records") { input in
    let folder = RunFolder(path: try Scratch.folder("records"))
    for name in ["summary.json", "metrics.jsonl", "geometry.jsonl", "config.yaml", "study.json"] {
      _ = try Scratch.file("records/\(name)", input)
    }
    if let summary = try? folder.readSummary() {
      _ = summary.orderedLayers
      _ = RunConfiguration.identity(of: summary.config)
      _ = try RunJSON.document(summary)
    }
    for record in (try? folder.readMetrics()) ?? [] { _ = try RunJSON.line(record) }
    for record in (try? folder.readGeometry()) ?? [] { _ = try RunJSON.line(record) }
    _ = try? folder.readConfiguration()
    _ = try StudyFolder(path: folder.url.path).readRecord()
  }
}
