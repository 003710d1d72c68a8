import Pickle
import Torch

/// A tensor as a checkpoint's pickle describes it: a part of a storage, whose bytes are a member of the archive.
struct TensorDescription: Hashable {
  /// The storage's name in the archive.
  let key: String
  let dtype: DType
  /// Elements of the storage.
  let storageCount: Int
  /// The first element in the storage.
  let offset: Int
  let shape: [Int]
  /// In elements.
  let strides: [Int]

  /// The classes of storages, and what their elements are.
  static let storages: [PickleGlobal: DType] = {
    let names: [String: DType] = [
      "Half": .float16, "BFloat16": .bfloat16, "Float": .float32, "Double": .float64,
      "Byte": .uint8,
      "Char": .int8, "Short": .int16, "Int": .int32, "Long": .int64, "Bool": .bool,
    ]
    var storages: [PickleGlobal: DType] = [:]
    for (name, dtype) in names {
      for module in ["torch", "torch.cuda"] {
        storages[PickleGlobal(module, "\(name)Storage")] = dtype
      }
    }
    return storages
  }()

  /// Reads a call of `_rebuild_tensor_v2` or `_rebuild_parameter`; nil for a value that is no tensor.
  init?(_ value: PickleValue, name: String) throws(WeightsError.Fault) {
    guard case .object(let object) = value else { return nil }
    let refusal = { WeightsError.Fault.tensor(name: name, reason: $0) }
    switch object.callable {
    case CheckpointGlobals.rebuildParameter:
      guard let data = object.arguments.first,
        let description = try TensorDescription(data, name: name)
      else { throw refusal("is a parameter without a tensor") }
      self = description
    case CheckpointGlobals.rebuildTensor:
      let arguments = object.arguments
      guard arguments.count >= 4, case .persistent(let id) = arguments[0], let id = id.elements,
        id.count == 5, id[0].text == "storage", case .global(let type) = id[1],
        let key = id[2].text, let storageCount = id[4].integer,
        let offset = arguments[1].integer, let shape = arguments[2].wholeNumbers,
        let strides = arguments[3].wholeNumbers
      else { throw refusal("is not described as one") }
      guard let dtype = TensorDescription.storages[type] else {
        throw refusal("has elements of \(type), which are not read")
      }
      self.init(
        key: key, dtype: dtype, storageCount: storageCount, offset: offset, shape: shape,
        strides: strides)
      guard isWithinStorage else {
        throw refusal("reaches beyond its storage, or lies over itself")
      }
    default: return nil
    }
  }

  private init(
    key: String, dtype: DType, storageCount: Int, offset: Int, shape: [Int], strides: [Int]
  ) {
    self.key = key
    self.dtype = dtype
    self.storageCount = storageCount
    self.offset = offset
    self.shape = shape
    self.strides = strides
  }

  /// Whether every element lies in the storage, and there are no more of them than the storage has: a tensor that
  /// repeats elements could be of any size.
  private var isWithinStorage: Bool {
    guard storageCount >= 0, offset >= 0, shape.count == strides.count, shape.count <= 16,
      (shape + strides).allSatisfy({ $0 >= 0 })
    else { return false }
    var (count, last) = (1, offset)
    for (length, stride) in zip(shape, strides) {
      // Of an empty tensor the other lengths make strides all the same.
      let (product, tooMany) = count.multipliedReportingOverflow(by: max(length, 1))
      let (step, tooFar) = stride.multipliedReportingOverflow(by: max(length - 1, 0))
      let (sum, beyond) = last.addingReportingOverflow(step)
      guard !tooMany, !tooFar, !beyond else { return false }
      (count, last) = (product, sum)
    }
    return shape.contains(0) || count <= storageCount && last < storageCount
  }

  /// Whether its elements lie in a row, so that it can lie over its storage.
  var isContiguous: Bool {
    var step = 1
    for (length, stride) in zip(shape, strides).reversed() where length != 1 {
      if stride != step { return shape.contains(0) }
      step *= length
    }
    return true
  }

  /// Whether another says the same of the storage.
  func isOfSameStorage(as other: TensorDescription) -> Bool {
    (key, storageCount) == (other.key, other.storageCount) && dtype == other.dtype
  }

  /// The tensor over its storage, a vector of `storageCount` elements.
  func tensor(in storage: Tensor) -> Tensor {
    guard !shape.contains(0) else { return .empty(shape, dtype) }
    return storage.strided(shape, strides: strides, offset: offset).contiguous()
  }

  /// The storage from a member's bytes.
  func storage(_ bytes: [UInt8], name: String) throws(WeightsError.Fault) -> Tensor {
    let (needed, overflow) = storageCount.multipliedReportingOverflow(by: dtype.byteCount)
    guard !overflow, needed <= bytes.count else {
      throw .tensor(
        name: name,
        reason: "needs \(storageCount) elements, and its storage has \(bytes.count) bytes")
    }
    // Bytes other than 0 and 1 are no truth values to the processor.
    let stored: DType = dtype == .bool ? .uint8 : dtype
    let tensor = bytes.withUnsafeBytes {
      Tensor(
        copying: UnsafeRawBufferPointer(rebasing: $0[..<needed]), shape: [storageCount],
        dtype: stored)
    }
    return tensor.to(dtype)
  }
}

extension PickleValue {
  /// The elements of a tuple or list of whole numbers.
  fileprivate var wholeNumbers: [Int]? {
    guard let elements else { return nil }
    let numbers = elements.compactMap(\.integer)
    return numbers.count == elements.count ? numbers : nil
  }
}
