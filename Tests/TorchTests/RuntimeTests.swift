import Testing
import Torch

@Suite struct RuntimeTests {
  @Test func workersAreOnOneThreadEachAndGiveTheirValuesInOrder() {
    let usual = Runtime.threads
    let found = Runtime.sideBySide(workers: 3) { (worker: $0, threads: Runtime.threads) }
    #expect(found.map(\.worker) == [0, 1, 2])
    #expect(found.allSatisfy { $0.threads == 1 })
    #expect(Runtime.threads == usual)
    #expect(Runtime.sideBySide(workers: 1) { _ in Runtime.threads } == [usual])
  }

  @Test func workersRecordGradientsWhereTheirCallerDoes() {
    let variable = Tensor.ones([2])
    variable.requiresGradient = true
    let isRecorded = { (_: Int) in (variable * variable).requiresGradient }
    #expect(Runtime.sideBySide(workers: 2, isRecorded) == [true, true])
    #expect(withoutGradients { Runtime.sideBySide(workers: 2, isRecorded) } == [false, false])
  }
}
