import Contrastive
import Foundation
import TestSupport
import Testing
import Torch

/// The statistics beside a loss, made tile by tile, against the whole matrix of similarities.
@Suite struct ContrastiveStatisticsTests {
  private struct Whole {
    var top1 = 0.0
    var positive = 0.0
    var negative = 0.0
    var entropy = 0.0
  }

  /// The definitions, by the whole matrix.
  private func whole(
    _ z: Tensor, views: Int, temperature: Double, similarity: InfoNCE.Similarity = .cosine
  ) -> Whole {
    let rows = z.size(0)
    let count = rows / views
    let unit = z.normalized()
    let isSelf = Tensor.eye(rows, .bool)
    let cosines = unit.matmul(unit.transposed())
    let nearest = cosines.filled(where: isSelf, with: -.infinity).argmax(along: 1)
    let compared = similarity == .cosine ? cosines : z.matmul(z.transposed())
    let logits = compared * (1 / temperature)
    let logProbabilities = logits.filled(where: isSelf, with: -.infinity).logSoftmax(along: 1)
      .filled(where: isSelf, with: 0)
    let probabilities = exp(logProbabilities).filled(where: isSelf, with: 0)
    let all = matrix(cosines)
    var sums = (positive: 0.0, negative: 0.0)
    for i in 0..<rows {
      for k in 0..<rows where k != i {
        if i % count == k % count { sums.positive += all[i][k] } else { sums.negative += all[i][k] }
      }
    }
    return Whole(
      top1: Double(nearest.scalars(Int.self).enumerated().count { $0 % count == $1 % count })
        / Double(rows),
      positive: sums.positive / Double(rows * (views - 1)),
      negative: sums.negative / Double(rows * (rows - views)),
      entropy: -(probabilities * logProbabilities).sum(along: [1]).mean().item)
  }

  private func views(seed: UInt64, _ views: Int, samples: Int, dimension: Int) -> Tensor {
    let centres = Samples.normal(seed: seed, [samples, dimension])
    return Tensor.concatenated(
      (0..<views).map { centres + Samples.normal(seed: seed + 1 + UInt64($0), centres.shape) * 0.7 }
    )
  }

  @Test(arguments: [1, 7, 32, 66, 1000], InfoNCE.Similarity.allCases)
  func everyTileSizeGivesTheWholeMatrixsValues(
    _ tile: Int, _ similarity: InfoNCE.Similarity
  ) throws {
    for (count, samples) in [(2, 33), (3, 23)] {
      for temperature in [0.01, 0.2, 5] {
        let z = views(seed: 3, count, samples: samples, dimension: 5)
        let expected = whole(z, views: count, temperature: temperature, similarity: similarity)
        let own = ContrastiveStatistics(
          of: z, views: count, temperature: temperature, similarity: similarity, tile: tile)
        #expect(own.top1 == expected.top1)
        // Sums of some thousand terms in float64.
        #expect(own.meanPositiveCosine.isApproximately(expected.positive, within: 1e-13))
        #expect(
          try #require(own.meanNegativeCosine).isApproximately(expected.negative, within: 1e-13))
        #expect(try #require(own.softmaxEntropy).isApproximately(expected.entropy, within: 1e-12))
      }
    }
  }

  @Test func inFloat32BothAgreeToRounding() throws {
    let z = views(seed: 5, 2, samples: 701, dimension: 32)
    let expected = whole(z, views: 2, temperature: 0.1)
    let own = ContrastiveStatistics(of: z.to(.float32), temperature: 0.1, tile: 256)
    // Cosines are wrong by some 1e-7, logits by ten times that; the entropy is of the order of 6.
    #expect(own.top1.isApproximately(expected.top1, within: 1e-3))
    #expect(own.meanPositiveCosine.isApproximately(expected.positive, within: 1e-6))
    #expect(try #require(own.meanNegativeCosine).isApproximately(expected.negative, within: 1e-6))
    #expect(try #require(own.softmaxEntropy).isApproximately(expected.entropy, within: 1e-5))
  }

  /// Signed unit vectors have exact cosines, so that equals are equal in every order of summation.
  @Test(arguments: [1, 2, 3, 5, 64])
  func ofEquallyNearOnesTheFirstCounts(_ tile: Int) {
    let axes = [0, 1, 0, 1, 1, 0, /* the other view: */ 0, 0, 0, 1, 1, 2]
    let z = axes.map { axis in (0..<3).map { $0 == axis ? 1.0 : 0 } }
    var hits = 0
    for i in axes.indices {
      let others = axes.indices.filter { $0 != i }
      let best = others.map { axes[$0] == axes[i] ? 1 : 0 }.max()
      let first = others.first { (axes[$0] == axes[i] ? 1 : 0) == best }
      if first.map({ $0 % 6 == i % 6 }) == true { hits += 1 }
    }
    let statistics = ContrastiveStatistics(
      of: Tensor(z.flatMap { $0 }, shape: [12, 3]), temperature: 1, tile: tile)
    #expect(statistics.top1 == Double(hits) / 12)
    #expect(0 < hits && hits < 12)
  }

  @Test(arguments: [3, 100])
  func equalEmbeddingsHaveTheEntropyOfTheirNumber(_ tile: Int) throws {
    let z = Tensor.ones([10, 4], .float64)
    for temperature in [1e-4, 1] {
      let statistics = ContrastiveStatistics(of: z, temperature: temperature, tile: tile)
      // ln 9, and at τ = 1e-4 logits of 1e4.
      let entropy = try #require(statistics.softmaxEntropy)
      #expect(entropy.isApproximately(log(9.0), within: 1e-10))
      #expect(try #require(statistics.meanNegativeCosine).isApproximately(1, within: 1e-12))
    }
  }

  @Test func aLowTemperatureLeavesOneCandidateAndNoEntropy() throws {
    let z = views(seed: 9, 2, samples: 20, dimension: 4)
    let entropy = ContrastiveStatistics(of: z.to(.float32), temperature: 1e-6, tile: 6)
      .softmaxEntropy
    #expect(try #require(entropy).isApproximately(0, within: 1e-6))
  }

  @Test func whatThereIsNotIsAbsent() {
    let z = views(seed: 7, 2, samples: 4, dimension: 3)
    #expect(ContrastiveStatistics(of: z, temperature: nil).softmaxEntropy == nil)
    let one = ContrastiveStatistics(of: z[0..<2], temperature: 0.5)
    #expect(one.meanNegativeCosine == nil)
    #expect(one.top1 == 1)
  }

  /// In a process of its own, since tests beside it take memory too. 16,384 rows: one matrix of all pairs is 1 GiB.
  @Test func memoryStaysFarBelowTheWholeMatrix() async {
    await #expect(processExitsWith: .success) {
      let z = Tensor.randomNormal([16_384, 16])
      _ = ContrastiveStatistics(of: z[0..<4096], temperature: 0.2)
      let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
      func kilobytes(_ status: String) -> Int {
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(separator: " ").compactMap { Int($0) }.first ?? 0
      }
      let before = kilobytes(status)
      _ = ContrastiveStatistics(of: z, temperature: 0.2)
      let after = kilobytes(try String(contentsOfFile: "/proc/self/status", encoding: .utf8))
      precondition(after - before < 100_000, "\(after - before) KiB")
    }
  }
}
