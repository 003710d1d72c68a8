import Datasets
import Testing

@Suite struct DatasetRequestTests {
  @Test func kindsAreReadFromTheirNames() {
    #expect(
      DatasetKind.allCases.map(\.rawValue) == ["sprites", "cifar10", "cifar100", "idx", "folder"])
    #expect(DatasetKind(rawValue: "imagenet") == nil)
  }

  @Test(arguments: [-1, 0, 7, 1025, Int.max]) func sizesOutOfRangeAreRefused(size: Int) {
    let error = #expect(throws: DatasetError.self) {
      try DatasetRequest(kind: .sprites, imageSize: size).load()
    }
    #expect(
      error?.description == "image size: \(size) is not from 8 to 1024; choose one that is")
  }

  @Test(arguments: [-1, 0, Int.max]) func countsOutOfRangeAreRefused(count: Int) {
    #expect(throws: DatasetError.self) {
      try DatasetRequest(kind: .sprites, trainCount: count).load()
    }
    #expect(throws: DatasetError.self) {
      try DatasetRequest(kind: .sprites, heldOutCount: count).load()
    }
  }

  @Test func moreThanTheMemoryHoldsIsRefused() {
    let error = #expect(throws: DatasetError.self) {
      try DatasetRequest(kind: .sprites, imageSize: 1024, trainCount: 2_000_000_000).load()
    }
    #expect(error?.problem.contains("of this machine") == true)
  }

  @Test func filesNeedAPath() {
    for kind in DatasetKind.allCases where kind != .sprites {
      let error = #expect(throws: DatasetError.self) { try DatasetRequest(kind: kind).load() }
      #expect(error?.problem == "no path given")
    }
  }

  @Test func anErrorIsOneLineWhateverThePathHolds() {
    let error = DatasetError("a\nb\u{1B}[2J\u{2028}", "is wrong", remedy: "mend it")
    #expect(error.description == "a?b?[2J?: is wrong; mend it")
  }
}
