import Runs
import Testing
import Torch

/// Which device a process takes that a launcher started beside others.
@Suite struct LaunchedProcessTests {
  private func process(_ localRank: Int) throws -> LaunchedProcess {
    try #require(
      try LaunchedProcess(environment: [
        "WORLD_SIZE": "8", "RANK": "\(localRank)", "LOCAL_RANK": "\(localRank)",
        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500",
      ]))
  }

  @Test func eachTakesTheDeviceWithItsNumberOnItsMachine() throws {
    let numbers = try (0..<4).map { rank in
      try process(rank).device(for: .cuda(), ofCUDADevices: 4).index
    }
    #expect(numbers == [0, 1, 2, 3])
  }

  @Test func theOnlyDeviceThatALauncherShowsIsItsOwn() throws {
    #expect(try process(3).device(for: .cuda(), ofCUDADevices: 1).index == 0)
  }

  @Test func oneWithoutADeviceIsAnError() throws {
    let error = RunError.noDeviceOfItsOwn(process: 2, cudaCount: 2)
    #expect(throws: error) { try process(2).device(for: .cuda(), ofCUDADevices: 2) }
    #expect(
      error.description
        == "each process of a machine needs a CUDA device of its own: there are 2, and this is process 3"
    )
  }

  @Test func devicesAreNotCountedForProcessors() throws {
    func count() -> Int {
      Issue.record("counted")
      return 0
    }
    #expect(try process(2).device(for: .cpu, ofCUDADevices: count()) == .cpu)
  }
}
