import Foundation
import TestSupport
import Testing
import Torch

@Suite struct SafeTensorsTests {
  private func encoded(_ file: SafeTensors) -> Data {
    var data = Data()
    file.encode { data.append(contentsOf: $0) }
    return data
  }

  private func read(_ data: Data) throws -> SafeTensors {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("file.safetensors")
      try data.write(to: url)
      return try SafeTensors(path: url.path)
    }
  }

  @Test func tensorsOfEveryTypeComeBackToTheBit() throws {
    var tensors: [String: Tensor] = [:]
    for dtype in DType.allCases {
      tensors["\(dtype)"] = Tensor([0, 1, 2, 3, 4, 5] as [Float], shape: [3, 2]).to(dtype)
    }
    tensors["empty"] = .zeros([0, 4])
    tensors["scalar"] = Tensor(2.5)
    tensors["transposed"] = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]).transposed()
    let copy = try read(encoded(SafeTensors(tensors, metadata: ["made": "here"])))
    #expect(copy.metadata == ["made": "here"])
    #expect(copy.tensors.count == tensors.count)
    for (name, tensor) in tensors {
      let other = try #require(copy.tensors[name])
      #expect(other.shape == tensor.shape && other.dtype == tensor.dtype)
      #expect(other.scalars(Double.self) == tensor.scalars(Double.self))
    }
  }

  @Test func equalTensorsGiveEqualFiles() {
    let tensors = ["b": Tensor([1.0]), "a": Tensor([2.0])]
    #expect(encoded(SafeTensors(tensors)) == encoded(SafeTensors(tensors)))
  }

  @Test func everyTruncationIsAnErrorOfOneLine() throws {
    let whole = encoded(SafeTensors(["a": Tensor([1, 2] as [Float]), "b": Tensor([3.0])]))
    for length in 0..<whole.count {
      let error = #expect(throws: TorchError.self) { try read(whole.prefix(length)) }
      #expect(error?.description.contains("\n") == false)
    }
  }

  @Test(arguments: [
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[0,4611686018427387904,8],"data_offsets":[0,0]}}"#,
    #"{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
    #"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[7,8]}}"#,
    #"[1, 2]"#,
  ])
  func aLyingHeaderIsRefused(_ header: String) {
    var data = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
    data.append(contentsOf: header.utf8)
    data.append(Data(count: 8))
    #expect(throws: TorchError.self) { try read(data) }
  }

  @Test func aHeaderLongerThanTheFileIsRefused() {
    #expect(throws: TorchError.self) { try read(Data(repeating: 0xff, count: 64)) }
  }

  @Test func aMissingFileAndAFolderAreErrors() {
    #expect(throws: TorchError.self) { try SafeTensors(path: "/nonexistent/x.safetensors") }
    #expect(throws: TorchError.self) { try SafeTensors(path: "/tmp") }
  }
}

@Suite struct NumPyArrayTests {
  private func read(_ data: Data) throws -> Tensor {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("array.npy")
      try data.write(to: url)
      return try NumPyArray.read(path: url.path)
    }
  }

  private func file(_ header: String, body: [UInt8]) -> Data {
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
    withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
    return data + Data(header.utf8) + Data(body)
  }

  @Test func arraysComeBackAsTheyWereWritten() throws {
    for shape in [[], [3], [2, 3], [0, 5], [2, 1, 3]] {
      let count = shape.reduce(1, *)
      let tensor = Tensor((0..<count).map(Double.init), shape: shape)
      let copy = try read(NumPyArray.encode(tensor))
      #expect(copy.shape == shape)
      #expect(copy.scalars(Double.self) == tensor.scalars(Double.self))
    }
  }

  @Test func wholeNumbersWithoutASignAreUnderstood() throws {
    func values(_ type: String, _ body: [UInt8]) throws -> [Int] {
      let header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (2,), }"
      let array = try read(file(header, body: body))
      #expect(array.dtype == .int64 && array.shape == [2])
      return array.scalars(Int.self)
    }
    #expect(try values("<u2", [1, 0, 0xFE, 0xFF]) == [1, 65_534])
    #expect(try values(">u2", [0, 1, 0xFF, 0xFE]) == [1, 65_534])
    #expect(try values("<u4", [1, 0, 0, 0, 2, 0, 0, 0]) == [1, 2])
    #expect(try values("<u4", [1, 0, 0, 0, 0, 0, 0, 0x80]) == [1, 1 << 31])
    #expect(try values("<u8", [1] + Array(repeating: 0, count: 14) + [0x40]) == [1, 1 << 62])
    let error = #expect(throws: TorchError.self) {
      try values("<u8", [1] + Array(repeating: 0, count: 14) + [0x80])
    }
    #expect(error?.description.hasSuffix("above 9223372036854775807, which are not read") == true)
  }

  @Test func aPipeIsNotWaitedFor() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("pipe.npy").path
      #expect(mkfifo(path, 0o600) == 0)
      #expect(throws: TorchError("\(path) is not a plain file")) {
        try NumPyArray.read(path: path)
      }
    }
  }

  @Test func columnMajorAndBigEndianArraysAreUnderstood() throws {
    let columns = file(
      "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", body: [1, 4, 2, 5, 3, 6])
    #expect(try read(columns).scalars(UInt8.self) == [1, 2, 3, 4, 5, 6])
    let big = file("{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }", body: [1, 0, 0, 2])
    #expect(try read(big).scalars(Int.self) == [256, 2])
  }

  @Test(arguments: [("<", "False"), (">", "False"), ("<", "True"), (">", "True")])
  func someRowsAreTheSameRowsAsOfTheWhole(order: String, columnMajor: String) throws {
    let header = "{'descr': '\(order)i2', 'fortran_order': \(columnMajor), 'shape': (4, 2), }"
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("array.npy").path
      try file(header, body: [UInt8](0..<16)).write(to: URL(fileURLWithPath: path))
      let whole = try NumPyArray.read(path: path)
      #expect(try NumPyArray.shape(path: path) == [4, 2])
      for rows in [0..<4, 1..<3, 3..<4, 2..<2] {
        let part = try NumPyArray.read(path: path, rows: rows)
        #expect(part.shape == [rows.count, 2])
        #expect(part.scalars(Int.self) == whole[rows].scalars(Int.self))
      }
    }
  }

  @Test(arguments: [
    "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
    "{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (200,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 8), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4611686018427387904, 8), }",
    "{'descr': '<f4', 'fortran_order': True, 'shape': (4611686018427387904, 8, 0), }",
    "{'fortran_order': False, 'shape': (2,), }",
    "not a header",
  ])
  func aLyingHeaderIsRefused(_ header: String) {
    #expect(throws: TorchError.self) { try read(file(header, body: [0, 0, 0, 0, 0, 0, 0, 0])) }
  }

  @Test func everyTruncationIsAnError() {
    let whole = NumPyArray.encode(Tensor([1, 2, 3] as [Float]))
    for length in 0..<whole.count {
      #expect(throws: TorchError.self) { try read(whole.prefix(length)) }
    }
  }
}

/// Files that NumPy and the safetensors library wrote; values as Tests/Fixtures/README.md lists them.
@Suite struct ForeignFileTests {
  private let reals = [-0.5, -0.25, 0, 0.25, 0.5, 0.75]

  @Test(arguments: ["f2", "f4", "f8", "fortran_f4", "big_endian_f4", "version2_f4"])
  func realArraysOfNumPyAreRead(_ name: String) throws {
    let tensor = try NumPyArray.read(path: fixture("npy/\(name).npy"))
    #expect(tensor.shape == [2, 3])
    #expect(tensor.scalars(Double.self) == reals)
  }

  @Test func otherArraysOfNumPyAreRead() throws {
    func read(_ name: String) throws -> Tensor {
      try NumPyArray.read(path: fixture("npy/\(name).npy"))
    }
    for name in ["i4", "i8", "big_endian_i4"] {
      #expect(try read(name).scalars(Int.self) == [-2, -1, 0, 1, 2, 3])
    }
    #expect(try read("u1").scalars(UInt8.self) == [0, 51, 102, 153, 204, 255])
    #expect(try read("b1").scalars(Bool.self) == [true, false, true, false, true, false])
    #expect(try read("scalar_f8").shape == [] && read("scalar_f8").item == 2.5)
    #expect(try read("empty_f4").shape == [0, 3])
  }

  @Test func theSafetensorsLibrarysFileIsRead() throws {
    let tensors = try SafeTensors(path: fixture("tiny.safetensors")).tensors
    for name in ["f64", "f32", "f16", "bf16"] {
      #expect(tensors[name]?.scalars(Double.self) == reals, "\(name)")
    }
    #expect(tensors["i64"]?.scalars(Int.self) == [-2, -1, 0, 1, 2, 3])
    #expect(tensors["scalar"]?.item == 2.5)
    #expect(tensors["empty"]?.shape == [0, 3])
  }
}
