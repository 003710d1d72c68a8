import Archives
import Pickle
import Torch
import TorchNN

/// Why a file's weights are not used.
public struct WeightsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What is wrong with it.
  public let fault: Fault

  /// A fault of a file.
  public init(_ path: String, _ fault: Fault) {
    self.path = path
    self.fault = fault
  }

  /// What can be wrong with a file of weights.
  public enum Fault: Error, Equatable, Sendable {
    /// It cannot be opened, or is no readable safetensors file.
    case container(TorchError)
    /// It is a damaged zip archive, or one that no checkpoint would be.
    case archive(ArchiveError)
    /// It is written as PyTorch did before 1.6, without a zip archive.
    case legacy
    /// It is a program for TorchScript rather than a dictionary of tensors.
    case torchScript
    /// It is neither a safetensors file nor a checkpoint of PyTorch.
    case unknownFormat
    /// Its members unpack to more bytes than it has: PyTorch compresses nothing.
    case compressed
    /// Two of its members have one name.
    case repeatedMember(String)
    /// It has no member of this name.
    case missingMember(String)
    /// A member is longer or shorter than the archive says.
    case memberLength(String)
    /// It was written on a machine with the other order of bytes.
    case byteOrder(String)
    /// Its pickle is damaged, or names what no checkpoint needs.
    case pickle(PickleError)
    /// A tensor is not described as one, or in a way that is not read.
    case tensor(name: String, reason: String)
    /// It holds no tensors under names.
    case noTensors
    /// No encoder of a kind that is built here is found.
    case noEncoder(names: [String])
    /// No encoder is found under the prefix that was asked for; these are those that there are.
    case noPrefix(String, known: [String])
    /// The encoder is of a shape that is not built here.
    case encoderShape(reason: String)
    /// The encoder, a vision transformer, takes no images of this side: it is no multiple of a patch's.
    case imageSize(Int, patch: Int)
    /// The encoder is another one than was asked for.
    case otherArchitecture(found: String, expected: String)
    /// The tensors' names or shapes are not those of the network that they seem to belong to.
    case mismatch(StateMismatch)
    /// No head is found, or none that can be built.
    case noHead(reason: String)
  }

  /// One line.
  public var description: String {
    // It names the file itself.
    if case .container(let error) = fault { return "\(error)" }
    return "\(path): \(fault)"
  }
}

extension WeightsError.Fault: CustomStringConvertible {
  /// What is wrong, in a few words.
  public var description: String {
    switch self {
    case .container(let error): "\(error)"
    case .archive(let error): "\(error)"
    case .legacy:
      "written in PyTorch's format before 1.6; write it again in Python: "
        + "torch.save(torch.load(FILE, map_location=\"cpu\"), NEW)"
    case .torchScript:
      "a TorchScript program, which is not run here; save the model's state_dict() alone"
    case .unknownFormat: "neither a safetensors file nor a checkpoint of PyTorch"
    case .compressed:
      "its members unpack to more bytes than the file has, which PyTorch never writes"
    case .repeatedMember(let name): "its archive holds \(name) twice"
    case .missingMember(let name): "its archive has no \(name)"
    case .memberLength(let name): "its member \(name) lies about its length"
    case .byteOrder(let order): "its numbers are \(order)-endian"
    case .pickle(let error):
      if case .refused(let global) = error.fault {
        CheckpointGlobals.isOfTensors(global)
          ? "it holds a tensor of a kind that is not read (\(global)); convert it to float32, or leave it out"
          : "\(error); save the model's state_dict() alone"
      } else {
        "\(error)"
      }
    case .tensor(let name, let reason): "tensor '\(name)' \(reason)"
    case .noTensors: "it holds no tensors under names"
    case .noEncoder(let names):
      "no encoder is found in it: neither a ResNet's conv1.weight beside layer1.0.conv1.weight nor a vision "
        + "transformer's patch_embed.proj.weight beside blocks.0.attn.qkv.weight among "
        + names.shortList
    case .noPrefix(let prefix, let known):
      "no encoder is found under '\(prefix)'; there is " + known.map { "'\($0)'" }.shortList
    case .encoderShape(let reason): "its encoder cannot be built: \(reason)"
    case .imageSize(let size, let patch):
      "images of \(size) pixels do not divide into its encoder's patches of \(patch)"
    case .otherArchitecture(let found, let expected): "its encoder is a \(found), not a \(expected)"
    case .mismatch(let mismatch): "\(mismatch)"
    case .noHead(let reason): "no head: \(reason)"
    }
  }
}

extension [String] {
  /// The first few, and how many more there are.
  var shortList: String {
    let shown = prefix(4).joined(separator: ", ")
    return isEmpty ? "nothing" : count > 4 ? "\(shown) and \(count - 4) more" : shown
  }
}
