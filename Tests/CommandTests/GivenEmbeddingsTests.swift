import Foundation
import TestSupport
import Testing
import Torch

/// `gnomon geometry` on anybody's embeddings.
@Suite(.serialized) struct GivenEmbeddingsTests {
  private typealias Layers = [String: [String: Any]]

  private func normal(_ shape: [Int], seed: UInt64) -> Tensor {
    var random = CounterRandom(seed: seed)
    let count = shape.reduce(1, *)
    return Tensor((0..<count).map { _ in Double(random.normal()) }, shape: shape)
  }

  private func write(_ tensor: Tensor, to name: String, in folder: URL) throws -> String {
    let place = folder.appendingPathComponent(name)
    try NumPyArray.encode(tensor).write(to: place)
    return place.path
  }

  private func write(_ tensors: [String: Tensor], to name: String, in folder: URL) throws -> String
  {
    let place = folder.appendingPathComponent(name)
    var data = Data()
    SafeTensors(tensors).encode { (bytes) throws(Never) in data.append(contentsOf: bytes) }
    try data.write(to: place)
    return place.path
  }

  private func layers(_ arguments: [String]) throws -> Layers {
    let result = try Program.run(["geometry", "--json"] + arguments)
    #expect(result.code == 0, "\(result.error)")
    return try #require(try result.json()["layers"] as? Layers)
  }

  private func refusal(_ arguments: [String]) throws -> String {
    let result = try Program.run(["geometry"] + arguments)
    #expect(result.code != 0 && result.errorLines.count == 1, "\(result.error)")
    #expect(result.output.isEmpty)
    return result.error
  }

  @Test func figuresCanBeChosen() throws {
    try withTemporaryFolder { folder in
      let h = try write(normal([60, 12], seed: 1), to: "h.npy", in: folder)
      let some = try #require(try layers(["--embeddings", h, "--figures", "effective_rank"])["h"])
      #expect(some["effective_rank"] != nil && some["uniformity"] == nil)
      let both = try layers([
        "--embeddings", h, "--figures", "rankme,uniformity", "--figures", "intrinsic_dimension.mle",
      ])
      #expect(both["h"]?["uniformity"] != nil)
      #expect(
        try refusal(["--embeddings", h, "--figures", "uniformty"])
          == "gnomon: error: --figures: there is no figure 'uniformty'; did you mean 'uniformity'?\n"
      )
      #expect(
        try refusal(["--embeddings", h, "--figures", "linear_top1"])
          == "gnomon: error: --figures: 'linear_top1' is measured by gnomon probe\n")
    }
  }

  @Test func controlsStandBelowTheirFigures() throws {
    try withTemporaryFolder { folder in
      let h = try write(normal([60, 12], seed: 1), to: "h.npy", in: folder)
      let given = ["geometry", "--embeddings", h, "--figures", "effective_rank"]
      let lines = try Program.run(given + ["--controls"]).output.split(separator: "\n")
      let place = try #require(lines.firstIndex { $0.hasPrefix("effective_rank ") })
      #expect(lines[place + 1].hasPrefix("  gaussian "))
      #expect(try !Program.run(given).output.contains("gaussian"))
    }
  }

  @Test func whatIsGivenDecidesWhatIsMeasured() throws {
    try withTemporaryFolder { folder in
      let h = try write(normal([60, 12], seed: 1), to: "h.npy", in: folder)
      let z = try write(normal([60, 5], seed: 2), to: "z.npy", in: folder)
      let labels = try write(Tensor((0..<60).map { $0 % 3 }), to: "y.npy", in: folder)
      let hViews = try write(normal([60, 3, 12], seed: 3), to: "hv.npy", in: folder)
      let zViews = try write(normal([60, 5], seed: 4), to: "zv.npy", in: folder)

      let alone = try layers(["--embeddings", h])
      #expect(Set(alone.keys) == ["h"])
      #expect(alone["h"]?["invariance"] == nil && alone["h"]?["cka.z"] == nil)
      let all = try layers([
        "--embeddings", h, "--projections", z, "--views", hViews, "--projection-views", zViews,
        "--labels", labels,
      ])
      for key in [
        "invariance", "invariance_clean", "alignment", "lidar", "orbit_spread", "cka.z",
        "predicted_rank", "negative_share", "between_class_share",
      ] {
        #expect(all["h"]?[key] is Double, "\(key)")
      }
      // What needs h alone is what it was without the others.
      for key in ["intrinsic_dimension.mle", "effective_rank"] {
        let expected = try #require(alone["h"]?[key] as? Double, "\(key)")
        #expect(all["h"]?[key] as? Double == expected, "\(key)")
      }
      // Of views that have nothing in common with their samples nor with each other, E‖u − u′‖² is 2.
      #expect((all["h"]?["alignment"] as? Double)?.isApproximately(2, within: 0.2) == true)
      #expect((all["h"]?["invariance"] as? Double)?.isApproximately(1, within: 0.2) == true)
      // One further view of each: two with the embedding itself, and no orbit.
      #expect(all["z"]?["invariance"] is Double && all["z"]?["lidar"] == nil)
      // Views without anything in common with their samples.
      #expect((all["z"]?["invariance"] as? Double)?.isApproximately(1, within: 0.2) == true)

      let text = try Program.run(["geometry", "--embeddings", h])
      for flag in ["--projections", "--views", "--labels", "a run folder"] {
        #expect(text.error.contains(flag), "\(flag)")
      }
    }
  }

  @Test(arguments: [DType.float16, .bfloat16, .float32, .float64])
  func everyTypeAndFormatGivesTheSame(_ dtype: DType) throws {
    try withTemporaryFolder { folder in
      let rounded = normal([80, 6], seed: 1).to(dtype)
      let file = try write(
        ["h": rounded, "other": normal([2, 2], seed: 2)], to: "all.safetensors", in: folder)
      let expected = try write(rounded.to(.float64), to: "h.npy", in: folder)
      let reference = try layers(["--embeddings", expected])["h"]
      let rank = try #require(reference?["effective_rank"] as? Double)
      let measured = try layers(["--embeddings", "\(file):h"])["h"]?["effective_rank"] as? Double
      #expect(measured == rank)
      if dtype != .bfloat16 {
        let npy = try write(rounded, to: "same.npy", in: folder)
        #expect(try layers(["--embeddings", npy])["h"]?["effective_rank"] as? Double == rank)
      }
      #expect(try refusal(["--embeddings", file]).contains("choose one as"))
      #expect(
        try refusal(["--embeddings", "\(file):g"]).contains("no tensor 'g'; it holds h, other"))
    }
  }

  @Test func columnsFirstAndBigEndianFilesAreReadRight() throws {
    let expected = try layers(["--embeddings", fixture("npy/f4.npy")])["h"]
    for name in ["npy/fortran_f4.npy", "npy/big_endian_f4.npy"] {
      let measured = try layers(["--embeddings", fixture(name)])["h"]
      #expect(measured?["effective_rank"] as? Double == expected?["effective_rank"] as? Double)
      #expect(measured?["rankme"] as? Double == expected?["rankme"] as? Double)
    }
  }

  @Test func rowsOfNaNAreCountedAndRefusedOrLeftOutInAllFiles() throws {
    try withTemporaryFolder { folder in
      var values = normal([40, 3], seed: 1).scalars(Double.self)
      let clean = values
      values[7 * 3] = .nan
      values[9 * 3 + 1] = .infinity
      let h = try write(Tensor(values, shape: [40, 3]), to: "h.npy", in: folder)
      let z = try write(normal([40, 2], seed: 2), to: "z.npy", in: folder)
      let message = try refusal(["--embeddings", h])
      #expect(
        message.contains(
          "2 of 40 rows hold NaN, infinity or numbers beyond 1e70, the first is row 7"))
      #expect(message.contains("h.npy") && message.contains("--drop-nan"))

      let result = try Program.run([
        "geometry", "--embeddings", h, "--projections", z, "--drop-nan", "--json",
      ])
      #expect(result.error.contains("left out 2 of 40 rows"))
      let dropped = try #require(try result.json()["layers"] as? Layers)
      let rest = (0..<40).filter { $0 != 7 && $0 != 9 }
      let other = try write(
        Tensor(rest.flatMap { clean[$0 * 3..<$0 * 3 + 3] }, shape: [38, 3]), to: "r.npy", in: folder
      )
      let expected = try layers(["--embeddings", other])["h"]
      #expect(dropped["h"]?["n"] as? Int == 38 && dropped["z"]?["n"] as? Int == 38)
      #expect(
        dropped["h"]?["effective_rank"] as? Double == expected?["effective_rank"] as? Double)

      let labels = try write(Tensor((0..<40).map { $0 % 2 }), to: "y.npy", in: folder)
      let probe = try Program.run([
        "probe", "--embeddings", h, "--labels", labels, "--drop-nan", "--json",
      ])
      #expect(probe.code == 0, "\(probe.error)")
    }
  }

  @Test func smallAndConstantEmbeddingsGiveWhatTheyAllow() throws {
    try withTemporaryFolder { folder in
      let line = try write(normal([50, 1], seed: 1), to: "line.npy", in: folder)
      let one = try #require(try layers(["--embeddings", line])["h"])
      #expect((one["effective_rank"] as? Double)?.isApproximately(1, within: 1e-12) == true)
      let wide = try write(normal([5, 30], seed: 1), to: "wide.npy", in: folder)
      let few = try #require(try layers(["--embeddings", wide])["h"])
      // Five centred rows span four dimensions; there are no twenty neighbours, nor a power law.
      #expect(few["numerical_rank"] as? Double == 4)
      #expect(few["intrinsic_dimension.mle"] == nil && few["alpha"] == nil)
      let flat = try write(Tensor.ones([50, 4]), to: "flat.npy", in: folder)
      let constant = try #require(try layers(["--embeddings", flat, "--projections", flat])["h"])
      #expect(
        constant["effective_rank"] as? Double == 0 && constant["numerical_rank"] as? Double == 0)
      #expect(constant["cka.z"] == nil && constant["intrinsic_dimension.mle"] == nil)
      // Products of pairs are in the embeddings' float32.
      #expect((constant["uniformity"] as? Double)?.isApproximately(0, within: 1e-6) == true)

      let single = try write(normal([1, 4], seed: 1), to: "single.npy", in: folder)
      #expect(try refusal(["--embeddings", single]).contains("holds 1 row, where at least 2"))
    }
  }

  @Test func filesThatDoNotFitTogetherAreRefused() throws {
    try withTemporaryFolder { folder in
      let h = try write(normal([10, 4], seed: 1), to: "h.npy", in: folder)
      let short = try write(normal([9, 4], seed: 1), to: "short.npy", in: folder)
      let labels = try write(Tensor(Array(0..<9)), to: "y.npy", in: folder)
      let negative = try write(Tensor(Array(-1..<9)), to: "n.npy", in: folder)
      let numbers = try write(Tensor(Array(0..<40), shape: [10, 4]), to: "i.npy", in: folder)
      func says(_ part: String, _ arguments: [String]) throws {
        let message = try refusal(["--embeddings", h] + arguments)
        #expect(message.contains(part), "\(message)")
      }
      try says("10 rows and", ["--projections", short])
      try says("9 labels", ["--labels", labels])
      try says("counted from 0", ["--labels", negative])
      try says("vector of whole numbers", ["--labels", h])
      try says("no views of", ["--views", short])
      try says("layer z, whose embeddings are missing", ["--projection-views", h])
      try says("temperature", ["--temperature", "0"])
      #expect(try refusal(["--embeddings", numbers]).contains("floating-point"))
      #expect(try refusal(["--embeddings", fixture("npy/scalar_f8.npy")]).contains("matrix"))

      // What pickle writes.
      let header = "{'descr': '|O', 'fortran_order': False, 'shape': (3, 2), }"
      let padded = header + String(repeating: " ", count: 117 - header.count) + "\n"
      let pickled = folder.appendingPathComponent("objects.npy")
      try
        (Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]) + Data(padded.utf8)
        + Data(count: 64)).write(to: pickled)
      #expect(try refusal(["--embeddings", pickled.path]).contains("objects.npy"))
    }
  }
}
