import Foundation
import TestSupport
import Testing
import Torch

struct GPUCheckTests {
  /// What follows needs a device, and is checked where there is one.
  @Test(.enabled(if: Device.cudaCount == 0))
  func withoutACUDADeviceTheCheckSaysSoAndEndsWithACodeOfItsOwn() throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Tools/gpu-check.sh").path
    let result = try Program.startShell("'\(script)'").finish()
    #expect(result.code == 3, "\(result.output)\(result.error)")
    #expect(result.errorLines.count == 1)
    #expect(result.error.hasPrefix("gpu-check: no CUDA device: torch "))
    #expect(result.output.hasPrefix("gpu-check: torch "))
  }
}
