import Datasets
import Testing

@Suite struct DatasetRequestTests {
  @Test func kindsAreReadFromTheirNames() {
    for kind in DatasetKind.allCases { #expect(DatasetKind(rawValue: kind.rawValue) == kind) }
    #expect(Set(DatasetKind.allCases).count == DatasetKind.allCases.count)
    #expect(DatasetKind(rawValue: "imagenet") == nil)
  }

  @Test(arguments: [-1, 0, 7, 1025, Int.max]) func sizesOutOfRangeAreRefused(size: Int) {
    let error = #expect(throws: DatasetError.self) {
      try DatasetRequest(kind: .sprites, imageSize: size).load()
    }
    #expect(
      error?.description == "image size: \(size) is not from 8 to 1024; choose one that is")
  }

  @Test(arguments: [Int.min, -1, 0, 1 << 31, Int.max - 1, Int.max])
  func countsOutOfRangeAreRefusedWithTheirBounds(count: Int) {
    let fault = DatasetError.Fault.outOfRange(count, allowed: 1...2_147_483_647)
    let train = #expect(throws: DatasetError.self) {
      try DatasetRequest(kind: .sprites, trainCount: count).load()
    }
    #expect(train == DatasetError("training images", fault))
    let heldOut = #expect(throws: DatasetError.self) {
      try DatasetRequest(kind: .sprites, heldOutCount: count).load()
    }
    #expect(heldOut == DatasetError("held-out images", fault))
  }

  @Test func moreThanTheMemoryHoldsIsRefused() {
    let error = #expect(throws: DatasetError.self) {
      try DatasetRequest(kind: .sprites, imageSize: 1024, trainCount: 2_000_000_000).load()
    }
    guard case .memory(let count, let side, let needed, let available) = error?.fault else {
      Issue.record("\(error as Any)")
      return
    }
    #expect(count == 2_000_002_000 && side == 1024)
    #expect(needed > 6.2e15 && needed > available, "its pixels alone take 3 MiB an image")
  }

  @Test func bothCountsAtTheirMostAreRefusedForTheirMemory() {
    let most = DatasetRequest.imageCounts.upperBound
    let error = #expect(throws: DatasetError.self) {
      try DatasetRequest(kind: .sprites, imageSize: 8, trainCount: most, heldOutCount: most).load()
    }
    guard case .memory(4_294_967_294, 8, _, _) = error?.fault else {
      Issue.record("\(error as Any)")
      return
    }
  }

  @Test func whatAKindKnowsIsWhatItsImagesCarry() throws {
    let train = try DatasetRequest(kind: .sprites, imageSize: 8, trainCount: 4, heldOutCount: 1)
      .load().train
    let known = DatasetKind.sprites.knownFactors
    #expect(known.dropLast().map(\.name) == train.factors.map(\.name))
    #expect(known.dropLast().map(\.kind) == train.factors.map(\.kind))
    #expect(known.first?.name == "position_x")
    #expect(known.suffix(2).map(\.name) == ["texture", "shape"])
    #expect(known.last?.kind == .categorical(count: train.classNames.count))
    for kind in [DatasetKind.cifar10, .idx, .folder] { #expect(kind.knownFactors.isEmpty) }
    #expect(DatasetKind.cifar100.knownFactors.map(\.name) == ["superclass", "subclass"])
    #expect(DatasetKind.allFactorNames.first == "position_x")
    #expect(Set(DatasetKind.allFactorNames).isSuperset(of: ["superclass", "subclass", "digit"]))
    // Of the sets that are made and then packed.
    #expect(
      Set(DatasetKind.allFactorNames)
        .isSuperset(of: ["weight", "italic", "monospaced", "serif", "subgroup"]))
  }

  @Test func filesNeedAPath() {
    #expect(DatasetKind.allCases.filter { !$0.needsFiles } == [.sprites])
    for kind in DatasetKind.allCases where kind.needsFiles {
      let error = #expect(throws: DatasetError.self) { try DatasetRequest(kind: kind).load() }
      #expect(error == DatasetError("\(kind.rawValue) data", .noPath))
    }
  }

  @Test func anErrorIsOneLineWhateverThePathHolds() {
    let error = DatasetError("a\nb\u{1B}[2J\u{2028}", .noFolder)
    #expect(error.description == "a?b?[2J?: no such folder; check the path")
  }
}
