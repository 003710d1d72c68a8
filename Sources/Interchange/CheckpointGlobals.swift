import Pickle

/// The classes and functions that a checkpoint may name. None is ever called; what is not tensors stays
/// opaque data. A file that names anything else is refused whole, for it is hostile or holds a program.
enum CheckpointGlobals {
  static let rebuildTensor = PickleGlobal("torch._utils", "_rebuild_tensor_v2")
  static let rebuildParameter = PickleGlobal("torch._utils", "_rebuild_parameter")
  static let orderedDictionary = PickleGlobal("collections", "OrderedDict")

  static func isAllowed(_ global: PickleGlobal) -> Bool {
    if TensorDescription.storages[global] != nil { return true }
    let package = global.module.prefix { $0 != "." }
    return exact.contains(global) || packages.contains(String(package))
      || plain[global.module]?.contains(global.name) == true
  }

  /// Whether a name that is not allowed is of what PyTorch builds tensors with: sparse ones, of complex numbers, of eight bits.
  static func isOfTensors(_ global: PickleGlobal) -> Bool {
    global.module == "torch._utils" && global.name.hasPrefix("_rebuild_")
      || global.module == "torch" && global.name.hasSuffix("Storage")
  }

  private static let exact: Set<PickleGlobal> = [
    rebuildTensor, rebuildParameter, orderedDictionary,
  ]

  /// What hyper-parameters and callbacks of Lightning checkpoints are made of.
  private static let packages: Set<String> = [
    "argparse", "omegaconf", "pytorch_lightning", "lightning", "lightning_fabric", "typing",
    "datetime",
  ]

  /// Containers and numbers.
  private static let plain: [String: Set<String>] = [
    "collections": ["defaultdict", "Counter", "deque"],
    "builtins": builtins, "__builtin__": builtins,
    "_codecs": ["encode"],
    "copy_reg": ["_reconstructor"], "copyreg": ["_reconstructor"],
    "types": ["SimpleNamespace"],
    "pathlib": ["Path", "PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath"],
    "numpy": ["dtype", "ndarray"],
    "numpy.core.multiarray": ["scalar", "_reconstruct"],
    "numpy._core.multiarray": ["scalar", "_reconstruct"],
    "torch": [
      "device", "Size", "float16", "bfloat16", "float32", "float64", "int8", "int16", "int32",
      "int64",
      "uint8", "bool",
    ],
  ]

  private static let builtins: Set<String> = [
    "set", "frozenset", "list", "dict", "tuple", "int", "long", "float", "complex", "bool", "str",
    "unicode", "bytes", "bytearray", "slice", "range", "object",
  ]
}
