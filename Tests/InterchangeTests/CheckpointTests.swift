import Foundation
import Interchange
import TestSupport
import Testing
import Torch

/// Files that `torch.save` wrote; `Tests/Fixtures/makers/weights.py` made them.
@Suite struct CheckpointTests {
  private func line(_ name: String) -> String {
    let path = fixture("weights/\(name)")
    let error = #expect(throws: WeightsError.self, "\(name)") { try WeightsFile(path: path) }
    let line = "\(error ?? WeightsError("", .noTensors))"
    #expect(line.hasPrefix("\(path): ") && !line.contains("\n"))
    return String(line.dropFirst(path.count + 2))
  }

  @Test func everyTypeOfElementIsReadAsItIs() throws {
    let tensors = try WeightsFile(path: fixture("weights/tensors.pt")).tensors
    let values = (-4..<8).map { Double($0) }
    let types: [String: DType] = [
      "float16": .float16, "bfloat16": .bfloat16, "float32": .float32, "float64": .float64,
      "int8": .int8, "int16": .int16, "int32": .int32, "int64": .int64,
    ]
    for (name, dtype) in types {
      let tensor = try #require(tensors[name])
      #expect(tensor.dtype == dtype && tensor.shape == [3, 4], "\(name)")
      #expect(tensor.scalars(Double.self) == values, "\(name)")
    }
    #expect(tensors["uint8"]?.scalars(Double.self) == values.map(\.magnitude))
    #expect(tensors["bool"]?.scalars(Bool.self) == values.map { $0 > 0 })
    #expect(tensors["scalar"]?.shape == [] && tensors["scalar"]?.item == 2.5)
    #expect(tensors["empty"]?.shape == [0, 3])
    #expect(tensors["parameter"]?.scalars(Double.self) == values)
  }

  @Test func viewsOfOneStorageKeepTheirStridesAndOffsets() throws {
    let tensors = try WeightsFile(path: fixture("weights/tensors.pt")).tensors
    #expect(tensors["transposed"]?.shape == [4, 3])
    #expect(
      tensors["transposed"]?.scalars(Double.self) == [-4, 0, 4, -3, 1, 5, -2, 2, 6, -1, 3, 7])
    #expect(tensors["row"]?.scalars(Double.self) == [0, 1, 2, 3])
    #expect(tensors["column"]?.scalars(Double.self) == [2, 6])
  }

  @Test func aCheckpointThatNamesAFunctionIsRefusedByItsName() {
    #expect(line("refused_system.pt").contains("posix.system, which is not allowed"))
    #expect(line("refused_eval.pt").contains("__builtin__.eval, which is not allowed"))
    #expect(
      line("refused_complex.pt")
        .contains("a tensor of a kind that is not read (torch.ComplexFloatStorage)"))
  }

  @Test(arguments: ["beyond", "negative", "repeating", "overflowing"])
  func aTensorThatLiesAboutItsPlaceIsRefused(_ name: String) {
    #expect(
      line("refused_\(name).pt") == "tensor 'w' reaches beyond its storage, or lies over itself")
  }

  @Test func tensorsThatTakeMoreMemoryThanTheFileAreRefused() {
    #expect(line("refused_copied.pt") == "tensor 'w5' is one of too many that repeat a storage")
    #expect(line("refused_named.pt").hasSuffix("aaa…' has a name of more than 1024 bytes"))
  }

  @Test func anArchiveThatPyTorchNeverWritesIsRefused() {
    #expect(line("refused_compressed.pt").contains("more bytes than the file has"))
    #expect(line("refused_outside.pt").contains("../outside leads out"))
    #expect(line("refused_repeated.pt").contains("tensors/data/0 twice"))
  }

  @Test func theOldFormatIsNamedWithWhatToDo() {
    #expect(line("refused_legacy.pt").contains("torch.save(torch.load("))
  }

  @Test func aFileCutAnywhereOrChangedIsRefusedOrRead() throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: fixture("weights/tensors.pt")))
    try withTemporaryFolder { folder in
      let place = folder.appendingPathComponent("cut.pt")
      // An archive's list of members is at its end: without it there is none.
      for length in stride(from: 0, to: whole.count - 1, by: 97) {
        try whole.prefix(length).write(to: place)
        #expect(throws: WeightsError.self, "\(length) bytes") { try WeightsFile(path: place.path) }
      }
      for position in stride(from: 0, to: whole.count, by: 13) {
        var changed = whole
        changed[position] ^= 0xFF
        try changed.write(to: place)
        do throws(WeightsError) {
          _ = try WeightsFile(path: place.path)
        } catch {
          #expect(error.path == place.path)
        }
      }
    }
  }
}
