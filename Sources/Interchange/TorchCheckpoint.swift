import Archives
import Foundation
import Pickle
import Torch

/// What `torch.save` writes since PyTorch 1.6: a zip archive with a pickle, and beside it a member for each storage.
/// Nothing in it is called, and nothing is unpacked onto a disk.
struct TorchCheckpoint {
  /// The tensors in dictionaries of the checkpoint, under the keys that lead to them, joined by dots.
  let tensors: [String: Tensor]

  /// More instructions than any dictionary of tensors and hyper-parameters has.
  private static let instructionLimit = 2_000_000

  /// The longest name of a tensor, in bytes.
  private static let nameLimit = 1_024

  /// How much copies of parts of a storage may take, in lengths of it: parts that are not in a row are copied.
  private static let copyLimit = 4

  /// Reads a file.
  init(path: String) throws(WeightsError) {
    do throws(WeightsError.Fault) {
      let archive = try TorchArchive(path: path)
      let descriptions = try TorchCheckpoint.descriptions(in: archive.pickle)
      guard !descriptions.isEmpty else { throw .noTensors }
      tensors = try TorchCheckpoint.tensors(descriptions, from: archive)
    } catch {
      throw WeightsError(path, error)
    }
  }

  private static func descriptions(
    in pickle: [UInt8]
  ) throws(WeightsError.Fault) -> [String: TensorDescription] {
    let root: PickleValue
    do throws(PickleError) {
      var unpickler = Unpickler(
        pickle, instructionLimit: instructionLimit, cutsCycles: true,
        allowing: CheckpointGlobals.isAllowed)
      root = try unpickler.next()
    } catch {
      throw .pickle(error)
    }
    var found: [String: TensorDescription] = [:]
    try collect(root, prefix: "", into: &found)
    return found
  }

  private static func collect(
    _ value: PickleValue, prefix: String, into found: inout [String: TensorDescription]
  ) throws(WeightsError.Fault) {
    for entry in value.namedEntries {
      guard let key = entry.key.text else { continue }
      let name = prefix + key
      // Every tensor below has all of it in its own name.
      guard name.utf8.count <= nameLimit else {
        throw .tensor(
          name: "\(name.prefix(60))…", reason: "has a name of more than \(nameLimit) bytes")
      }
      if let description = try TensorDescription(entry.value, name: name) {
        found[name] = description
      } else {
        try collect(entry.value, prefix: name + ".", into: &found)
      }
    }
  }

  private static func tensors(
    _ descriptions: [String: TensorDescription], from archive: TorchArchive
  ) throws(WeightsError.Fault) -> [String: Tensor] {
    let keys = Dictionary(grouping: descriptions.keys.sorted()) { descriptions[$0]?.key ?? "" }
    var tensors: [String: Tensor] = [:]
    try archive.readStorages(Set(keys.keys)) { (key, bytes) throws(WeightsError.Fault) in
      var storage: (description: TensorDescription, elements: Tensor)?
      var parts: [TensorDescription: Tensor] = [:]
      var copied = 0
      for name in keys[key] ?? [] {
        guard let description = descriptions[name] else { continue }
        if let known = parts[description] {
          tensors[name] = known
          continue
        }
        if storage == nil {
          storage = (description, try description.storage(bytes, name: name))
        }
        guard let whole = storage else { continue }
        // PyTorch describes a storage alike each time.
        guard description.isOfSameStorage(as: whole.description) else {
          throw .tensor(name: name, reason: "describes its storage otherwise than another does")
        }
        let part = description.tensor(in: whole.elements)
        if !description.isContiguous { copied += part.count }
        guard copied <= copyLimit * description.storageCount else {
          throw .tensor(name: name, reason: "is one of too many that repeat a storage")
        }
        parts[description] = part
        tensors[name] = part
      }
    }
    return tensors
  }
}

extension PickleValue {
  /// The entries of a dictionary, or of an `OrderedDict`.
  fileprivate var namedEntries: [PickleEntry] {
    switch self {
    case .dictionary(let entries): entries
    case .object(let object) where object.callable == CheckpointGlobals.orderedDictionary:
      object.entries
    default: []
    }
  }
}

/// The members of a checkpoint's archive.
private struct TorchArchive {
  let pickle: [UInt8]
  private let path: String
  /// The folder in the archive that everything lies in, with its slash.
  private let folder: String

  init(path: String) throws(WeightsError.Fault) {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    let fileSize = (attributes?[.size] as? Int) ?? 0
    var names: Set<String> = []
    var total = 0
    var found: (name: String, bytes: [UInt8])?
    var byteOrder = "little"
    try TorchArchive.forEachMember(path) { (member, reader) throws(WeightsError.Fault) in
      guard names.insert(member.name).inserted else { throw .repeatedMember(member.name) }
      guard member.size <= fileSize - total else { throw .compressed }
      total += member.size
      let file = member.name.split(separator: "/").last ?? ""
      if file == "constants.pkl" { throw .torchScript }
      guard file == "data.pkl" || file == "byteorder" else { return }
      let bytes = try TorchArchive.read(member, reader)
      if file == "data.pkl" {
        guard found == nil else { throw .repeatedMember("data.pkl") }
        found = (member.name, bytes)
      } else {
        byteOrder = String(decoding: bytes, as: UTF8.self)
      }
    }
    guard byteOrder == "little" else { throw .byteOrder(String(byteOrder.prefix(8))) }
    guard let found else { throw .missingMember("data.pkl") }
    pickle = found.bytes
    self.path = path
    folder = String(found.name.dropLast("data.pkl".count))
  }

  /// Gives `body` the bytes of each storage, one after the other.
  func readStorages(
    _ keys: Set<String>, _ body: (String, [UInt8]) throws(WeightsError.Fault) -> Void
  ) throws(WeightsError.Fault) {
    let prefix = folder + "data/"
    var left = keys
    try TorchArchive.forEachMember(path) { (member, reader) throws(WeightsError.Fault) in
      guard member.name.hasPrefix(prefix) else { return }
      let key = String(member.name.dropFirst(prefix.count))
      guard left.remove(key) != nil else { return }
      try body(key, TorchArchive.read(member, reader))
    }
    if let missing = left.min() { throw .missingMember(prefix + missing) }
  }

  private static func forEachMember(
    _ path: String,
    _ body: (ArchiveMember, ArchiveReader) throws(WeightsError.Fault) -> Void
  ) throws(WeightsError.Fault) {
    let reader: ArchiveReader
    do throws(ArchiveError) {
      reader = try ArchiveReader(path: path, .zip)
    } catch {
      throw .archive(error)
    }
    while true {
      let member: ArchiveMember?
      do throws(ArchiveError) {
        member = try reader.next()
      } catch {
        throw .archive(error)
      }
      guard let member else { return }
      try body(member, reader)
    }
  }

  /// All bytes of the member that the reader stands at.
  private static func read(
    _ member: ArchiveMember, _ reader: ArchiveReader
  ) throws(WeightsError.Fault) -> [UInt8] {
    let bytes: [UInt8]
    do throws(ArchiveError) {
      bytes = try reader.read(member.size + 1)
    } catch {
      throw .archive(error)
    }
    guard bytes.count == member.size else { throw .memberLength(member.name) }
    return bytes
  }
}
