import TestSupport
import Testing
import Torch

@Suite struct CounterRandomTests {
  // Known answers of the Random123 distribution for philox4x32-10.
  @Test func philoxGivesItsKnownAnswers() {
    #expect(
      CounterRandom.philox(counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0))
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      CounterRandom.philox(
        counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
  }

  @Test func momentsAreThoseOfTheDistributions() {
    var random = CounterRandom(seed: 7, 1, 2, 3)
    let count = 100_000
    let uniforms = (0..<count).map { _ in Double(random.uniform()) }
    let normals = (0..<count).map { _ in Double(random.normal()) }
    let mean = { (values: [Double]) in values.reduce(0, +) / Double(values.count) }
    // Five standard errors: 5·√(1/12/n) and 5/√n.
    #expect(mean(uniforms).isApproximately(0.5, within: 0.0046))
    #expect(mean(normals).isApproximately(0, within: 0.016))
    #expect(mean(normals.map { $0 * $0 }).isApproximately(1, within: 0.023))
  }

  @Test func aPermutationHoldsEveryIndexOnce() {
    var random = CounterRandom(seed: 3)
    #expect(random.permutation(of: 257).sorted() == Array(0..<257))
  }
}
