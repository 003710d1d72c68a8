import Contrastive
import Foundation
import Testing
import Torch
import Training

@Suite struct LeakTests {
  /// In a process of its own, since tests beside it hold tensors too.
  @Test func tensorsAndMemoryStayLevelOver500Steps() async {
    await #expect(processExitsWith: .success) {
      Runtime.seed(0)
      let encoder = ResNet.resNet18(stem: .small, width: 4)
      let objective = HeadedObjective(
        head: .mlp(hidden: [16], output: 8), inputs: encoder.outputDimension,
        base: InfoNCE(temperature: 0.2))
      let trainer = Trainer(encoder: encoder, objective: objective)
      let images = Tensor.randomUniform([16, 3, 16, 16])
      func take(_ steps: Int) throws -> (tensors: Int, kilobytes: Int) {
        for _ in 0..<steps { _ = try trainer.step(on: images, learningRate: 1e-3) }
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        let kilobytes = line?.split(separator: " ").dropLast().last.flatMap { Int($0) }
        return (Runtime.liveTensorCount, kilobytes ?? 0)
      }
      let before = try take(50)
      let after = try take(500)
      precondition(after.tensors == before.tensors, "\(before) then \(after)")
      // The allocator's own slack; a leak of one 16×16 feature map a step would be 32 MB.
      precondition(after.kilobytes - before.kilobytes < 8_192, "\(before) then \(after)")
    }
  }
}
