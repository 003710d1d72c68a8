import TestSupport
import Testing
import Torch

/// Gradients that are summed over processes while `backward` runs, and what of a group can be differentiated.
@Suite(.serialized) struct GradientSumsTests {
  private static func leaf(_ values: [Double], _ shape: [Int]) -> Tensor {
    let leaf = Tensor(values, shape: shape)
    leaf.requiresGradient = true
    return leaf
  }

  /// Whatever the pieces: all leaves in one, each in its own, and some together.
  @Test(arguments: [8, 40, 1 << 20]) func everyLeafHasTheSumOfAllProcesses(_ piece: Int) throws {
    let results = try processes(3) { group in
      let (first, second, third) = (
        Self.leaf([1, 2], [2]), Self.leaf([1, 2, 3, 4], [2, 2]), Self.leaf([5], [1])
      )
      let unused = Self.leaf([1, 1], [2])
      let sums = GradientSums(of: [first, unused, second, third], over: group, piece: piece)
      return (0..<2).map { _ in
        // A first part of the way back, which is not the last.
        (first * Double(group.rank)).sum().backward()
        sums.expect()
        ((first * first).sum() + (second * Double(group.rank + 1)).sum() + third.sum()).backward()
        sums.finish()
        let found = [first, second, third].map { $0.gradient?.scalars(Double.self) ?? [] }
        let isUnused = unused.gradient == nil
        for leaf in [first, second, third] { leaf.gradient = nil }
        return isUnused ? found : []
      }
    }
    for result in results {
      let expected = [[9.0, 15], [6, 6, 6, 6], [3]]
      #expect(try result.get() == [expected, expected])
    }
  }

  @Test func gradientsKeepTheLayoutOfTheirLeaves() throws {
    let results = try processes(2) { group in
      let leaf = Tensor.ones([2, 3, 4, 4], .float64).channelsLast()
      leaf.requiresGradient = true
      let weights = Tensor((0..<96).map(Double.init), shape: [2, 3, 4, 4])
      let sums = GradientSums(of: [leaf], over: group)
      sums.expect()
      (leaf * weights).sum().backward()
      sums.finish()
      let gradient = try #require(leaf.gradient)
      return (gradient.isContiguous, gradient.scalars(Double.self))
    }
    for result in results {
      let (isContiguous, values) = try result.get()
      #expect(!isContiguous && values == (0..<96).map { 2 * Double($0) })
    }
  }

  /// Each process' part of a loss is Σ_i (r + 1)·x_i², over the rows of all: with R processes that makes Σ(r + 1) = R(R + 1)/2 times 2x. A
  /// gather that passes on this process' part alone gives a fraction of it, one that averages another.
  @Test(arguments: [2, 3]) func theGradientAtGatheredRowsIsThatOfAllParts(_ size: Int) throws {
    let results = try processes(size) { group in
      let own = Self.leaf([Double(group.rank), 2], [1, 2])
      let part = (group.gatheredRows(own).squared() * Double(group.rank + 1)).sum()
      part.backward()
      return own.gradient?.scalars(Double.self) ?? []
    }
    for (rank, result) in results.enumerated() {
      let factor = Double(size * (size + 1))
      #expect(try result.get() == [Double(rank) * factor, 2 * factor])
    }
  }

  @Test func aMeanOfPartsGoesBackThroughItsOwn() throws {
    let results = try processes(2) { group in
      let own = Self.leaf([Double(2 * group.rank + 1)], [])
      let mean = group.mean(ofParts: own * own)
      mean.backward()
      return [mean.item, own.gradient?.item ?? 0]
    }
    #expect(try results[0].get() == [5, 1])
    #expect(try results[1].get() == [5, 3])
  }

  @Test func aProcessThatIsGoneIsAnErrorOfTheSums() throws {
    let results = try processes(2, timeout: 20) { group in
      if group.rank == 1 { return }
      let leaf = Self.leaf([1], [1])
      let sums = GradientSums(of: [leaf], over: group)
      #expect(throws: TorchError.self) {
        try catchingTorchErrors {
          sums.expect()
          leaf.sum().backward()
          sums.finish()
        }
      }
    }
    for result in results { try result.get() }
  }
}
