import Foundation
import TestSupport
import Testing
import Torch

/// `--weights`, `--init` and `gnomon export`.
@Suite(.serialized) struct WeightsCommandTests {
  private let small = ["--train-count", "64", "--held-out-count", "40"]
  private let training = [
    "--quiet", "--steps", "2", "--batch-size", "16", "--width", "2", "--image-size", "16",
    "--train-count", "64", "--held-out-count", "40", "--head", "mlp:12-8", "--gap-steps", "0",
  ]

  @Test func aPublishedModelIsMeasuredAtEveryLayerAndItsConfigurationIsPrinted() throws {
    let result = try Program.run(
      ["probe", "--json", "--weights", fixture("weights/moco_v2.pth")] + small)
    #expect(result.code == 0, "\(result.error)")
    let layers = try #require(try result.json()["layers"] as? [String: Any])
    #expect(Set(layers.keys) == ["h", "head.1", "z"])
    let model = try #require(try result.json()["model"] as? [String: Any])
    #expect(model["encoder"] as? String == "resnet18" && model["stem"] as? String == "imagenet")
    #expect(model["head"] as? String == "mlp:16-8" && model["normalise"] as? String == "imagenet")
    for part in [
      "encoder: resnet18", "head: mlp:16-8", "encoder_k.", "left out: state_dict.module",
    ] {
      #expect(result.error.contains(part), "\(part)")
    }
  }

  @Test func weightsThatAreRefusedAreOneLine() throws {
    let moco = fixture("weights/moco_v2.pth")
    let refusals: [([String], String)] = [
      (["--weights", fixture("weights/refused_system.pt")], "posix.system"),
      (["--weights", moco, "--architecture", "resnet50"], "is a resnet18, not a resnet50"),
      (["--weights", moco, "--stem", "small"], "stem"),
      (["--weights", moco, "--prefix", "teacher"], "--prefix"),
      (["--weights", moco, "--head", fixture("tiny.safetensors")], "no head"),
      (["--weights", moco, "--embeddings", "h.npy"], "not two at once"),
      (["--head", moco], "--weights FILE"),
    ]
    for (arguments, part) in refusals {
      let result = try Program.run(["probe"] + arguments)
      let lines = result.errorLines.filter { $0.contains("error:") }
      #expect(result.code != 0 && lines.count == 1 && result.output.isEmpty, "\(result.error)")
      #expect(lines.first?.contains(part) == true, "\(result.error)")
    }
  }

  @Test func aRunBeginsWithWhatAnotherExportedAndGoesOnWithoutItsFile() throws {
    try withTemporaryFolder { folder in
      let path = { (name: String) in folder.appendingPathComponent(name).path }
      let source = try Program.run(["train", "--output", path("a")] + training)
      #expect(source.code == 0, "\(source.error)")
      let export = try Program.run(["export", path("a"), "--output", path("a.safetensors")])
      #expect(export.code == 0 && export.output.isEmpty, "\(export.error)")

      // Without a step that moves anything, a run ends with what it began with.
      let still =
        training.filter { $0 != "--quiet" } + ["--learning-rate", "0", "--weight-decay", "0"]
      let begun = try Program.run(
        ["train", "--output", path("b"), "--init", path("a.safetensors")] + still)
      #expect(begun.code == 0, "\(begun.error)")
      #expect(begun.error.contains("the encoder begins with resnet18"))
      #expect(begun.error.contains("the head begins with mlp:12-8"))
      _ = try Program.run(["export", path("b"), "--output", path("b.safetensors")])
      let (a, b) = (
        try SafeTensors(path: path("a.safetensors")), try SafeTensors(path: path("b.safetensors"))
      )
      #expect(a.tensors.count == b.tensors.count)
      for (name, tensor) in a.tensors where name.hasSuffix("weight") {
        #expect(b.tensors[name]?.scalars(Float.self) == tensor.scalars(Float.self), "\(name)")
      }
      // Gnomon's own file says how its input was normalised.
      let config = try text(of: folder.appendingPathComponent("b/config.yaml"))
      #expect(config.contains("normalise: 'none'"))

      try FileManager.default.removeItem(atPath: path("a.safetensors"))
      let measured = try Program.run(["probe", path("b")])
      #expect(measured.code == 0, "\(measured.error)")

      let embeddings = try Program.run(
        ["export", path("b"), "--embeddings", "z", "--output", path("z.npy")])
      #expect(embeddings.code == 0, "\(embeddings.error)")
      #expect(try NumPyArray.shape(path: path("z.npy")) == [40, 8])
      let trunk = try Program.run(
        ["export", path("b"), "--embeddings", "stage2", "--output", path("stage2.npy")])
      #expect(trunk.code == 0, "\(trunk.error)")
      #expect(try NumPyArray.shape(path: path("stage2.npy")) == [40, 4])
      let graph = try Program.run(
        ["export", path("b"), "--onnx", path("b.onnx"), "--with-head"])
      #expect(graph.code == 0 && graph.error.contains("images to h and z"), "\(graph.error)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: path("b.onnx"))).count > 40_000)
      for (arguments, part) in [
        (["--with-head"], "--with-head goes with --onnx"),
        (["--onnx", path("c.onnx"), "--format", "timm"], "--onnx names its file"),
      ] {
        let refused = try Program.run(["export", path("b")] + arguments)
        #expect(refused.code == 2 && refused.error.contains(part), "\(refused.error)")
      }
      let unknown = try Program.run(["export", path("b"), "--embeddings", "y"])
      #expect(
        unknown.code == 2 && unknown.error.contains("layers stage1, stage2, stage3, h, head.1, z"))
    }
  }

  @Test func embeddingsByAnybodysWeightsAreExported() throws {
    try withTemporaryFolder { folder in
      let output = folder.appendingPathComponent("z.npy").path
      let weights = ["export", "--weights", fixture("weights/lightly.ckpt")]
      let result = try Program.run(
        weights + ["--embeddings", "z", "--output", output] + small)
      #expect(result.code == 0 && result.error.contains("held-out images"), "\(result.error)")
      let shape = try NumPyArray.shape(path: output)
      #expect(shape.count == 2 && shape[0] > 1)
      for (arguments, part) in [
        (weights + ["--embeddings", "z"], "--output FILE"),
        (weights + ["--format", "timm"], "leave out the run, --format"),
        (weights + ["runs/a", "--embeddings", "z", "--output", output], "leave out the run"),
        (weights + ["--embeddings", "y", "--output", output] + small, "it has the layers stage1"),
        (["export", "--embeddings", "z"], "name a run folder, or give --weights"),
        (["export", "runs/a", "--seed", "2"], "go with --weights FILE"),
      ] {
        let refused = try Program.run(arguments)
        #expect(refused.code == 2 && refused.error.contains(part), "\(refused.error)")
      }
    }
  }

  @Test func aVisionTransformerIsMeasuredAtEveryBlockWithItsPositionsInterpolated() throws {
    let file = fixture("weights/dino.pth")
    let result = try Program.run(
      ["geometry", "--json", "--weights", file, "--layers", "all", "--image-size", "48"] + small)
    #expect(result.code == 0, "\(result.error)")
    let layers = try #require(try result.json()["layers"] as? [String: Any])
    #expect(Set(layers.keys) == ["block1", "h", "head.1", "head.2", "z"])
    let model = try #require(try result.json()["model"] as? [String: Any])
    #expect(model["pool"] as? String == "token" && model["positions_of"] as? Int == 32)
    #expect(result.error.contains("positions are those of images of 32 pixels: interpolated"))
    let refusals: [([String], String)] = [
      (["--weights", file, "--image-size", "50"], "images of 50 pixels do not divide"),
      (["--weights", file, "--architecture", "vit_small_patch16_224"], "not a vit_small_patch16"),
      (["--embeddings", "h.npy", "--layers", "all"], "--layers goes with a run folder"),
    ]
    for (arguments, part) in refusals {
      let isOfWeights = arguments.contains("--weights")
      let result = try Program.run(["geometry"] + arguments + (isOfWeights ? small : []))
      #expect(result.code != 0 && result.error.contains(part), "\(result.error)")
    }
  }

  @Test func aHeadOfAnotherFormBeginsAnewAndAnotherEncoderIsRefused() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("run").path
      let file = ["--init", fixture("weights/vicreg.pth"), "--output", path]
      let loud = training.filter { $0 != "--quiet" }
      let refused = try Program.run(["train"] + file + loud)
      #expect(refused.code == 2 && refused.errorLines.count == 1)
      #expect(refused.error.contains("use --stem imagenet"), "\(refused.error)")
      let begun = try Program.run(["train"] + file + loud + ["--stem", "imagenet"])
      #expect(begun.code == 0, "\(begun.error)")
      #expect(begun.error.contains("that of the file is mlp:12-12-8,bn"))
      let config = try text(of: folder.appendingPathComponent("run/config.yaml"))
      #expect(config.contains("normalise: 'imagenet'"))
    }
  }
}
