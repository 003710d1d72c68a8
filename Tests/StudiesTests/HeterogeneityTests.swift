import Records
import Testing

@testable import Studies

@Suite struct HeterogeneityTests {
  @Test func groupsOfOneEffectAsideFromRoundingTellNothingOfTheOthers() {
    let alike = [0.3 - 0.2, 0.4 - 0.3, 0.2 - 0.1, 0.1]
    #expect(Set(alike).count > 1)
    #expect(ClaimRecord.Heterogeneity(of: [alike, [0.2, 0.3, 0.25]]) == nil)
    #expect(ClaimRecord.Heterogeneity(of: [[0, 0, 0], [0, 0]]) == nil)
    #expect(ClaimRecord.Heterogeneity(of: [[1e-9, 2e-9], [2e-9, 4e-9]]) != nil)
  }
}
