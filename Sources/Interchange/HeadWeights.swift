import Contrastive
import Torch
import TorchNN

/// A projection head found in a file. A chain of linear layers, batch normalisations and activations is inferred
/// from names, numbers and shapes: in an `nn.Sequential` what has no weights takes a number too, so that a gap
/// between two linear layers is an activation.
///
/// Which activation cannot be seen: ReLU, unless it is said. One after the last layer cannot be seen either: none.
/// Layers without an offset among others that have one get one of zeros, and batch normalisation
/// without weights those of 1 and 0, so that the function is the same.
public struct HeadWeights {
  /// What stands before the head's names in the file.
  public let prefix: String
  /// The head's form.
  public let architecture: HeadArchitecture
  /// The length of h.
  public let inputDimension: Int
  /// The tensors by `ProjectionHead`'s names.
  public let state: [String: Tensor]
  private let path: String

  /// The names that heads are published under, more likely ones first: lightly, solo-learn, VICReg and Barlow Twins,
  /// DINO, MoCo v2 and SimSiam.
  public static let names = [
    "projection_head.layers", "projection_head", "projector.layers", "projector", "projection",
    "head.mlp", "head.layers", "head", "contrastive_head", "mlp", "fc",
  ]

  /// Finds the head beside or inside an encoder of the same file; `withPrototypes` takes DINO's `last_layer` as a part of it.
  ///
  /// - Throws: `WeightsError.Fault.noHead` with the reason where there is none, or none that can be built.
  public init(
    beside encoder: EncoderWeights, in file: WeightsFile,
    activation: HeadArchitecture.Activation? = nil, withPrototypes: Bool = false
  ) throws(WeightsError) {
    let components = encoder.prefix.split(separator: ".").map { "\($0)." }
    let scopes = (0...components.count).reversed().map { components.prefix($0).joined() }
    // The head of a slow copy is called as the copy is: momentum_encoder, momentum_projector.
    let own = components.last.map { $0.dropLast() } ?? ""
    let affixes = ["momentum", "target", "slow"].filter {
      own.hasPrefix("\($0)_") || own.hasSuffix("_\($0)")
    }
    let names =
      affixes.flatMap { affix in
        HeadWeights.names.flatMap { ["\(affix)_\($0)", "\($0)_\(affix)"] }
      } + HeadWeights.names
    try self.init(
      file, prefixes: scopes.flatMap { scope in names.map { scope + $0 + "." } },
      inputs: encoder.form.outputDimension, activation: activation,
      withPrototypes: withPrototypes)
  }

  /// Finds the head of a file of its own.
  ///
  /// - Parameters:
  ///   - file: the file.
  ///   - inputs: the length of h.
  ///   - activation: what stands between its layers; nil for ReLU.
  ///   - withPrototypes: whether DINO's prototypes, `last_layer` beside `mlp`, are part of the head; z is then as long as
  ///     there are prototypes.
  /// - Throws: as `init(beside:in:activation:)`.
  public init(
    in file: WeightsFile, inputs: Int, activation: HeadArchitecture.Activation? = nil,
    withPrototypes: Bool = false
  ) throws(WeightsError) {
    var scopes: Set<String> = [""]
    for name in file.tensors.keys {
      let components = name.split(separator: ".").dropLast()
      for count in 0...components.count where count > 0 {
        scopes.insert(components.prefix(count).map { "\($0)." }.joined())
      }
    }
    let ordered = scopes.sorted { ($0.count, $0) < ($1.count, $1) }
    let named = ordered.filter { scope in
      HeadWeights.names.contains { scope == "\($0)." || scope.hasSuffix(".\($0).") }
    }
    // What a wrapper or a dictionary around the head puts before every name: module, state_dict.
    let around = ordered.filter { scope in file.tensors.keys.allSatisfy { $0.hasPrefix(scope) } }
    try self.init(
      file, prefixes: named + around, inputs: inputs, activation: activation,
      withPrototypes: withPrototypes)
  }

  private init(
    _ file: WeightsFile, prefixes: [String], inputs: Int,
    activation: HeadArchitecture.Activation?, withPrototypes: Bool
  ) throws(WeightsError) {
    var reasons: [String] = []
    let notation = file.metadata["head"].flatMap { try? HeadArchitecture(parsing: $0) }
    for prefix in prefixes {
      let tensors = file.tensors.removingPrefix(prefix)
      guard !tensors.isEmpty else { continue }
      do throws(HeadChain.Fault) {
        // A file of Gnomon's says what its head is, also where names do not.
        if let notation, notation.canBe(of: tensors, inputs: inputs),
          ProjectionHead(notation, inputs: inputs).fits(tensors)
        {
          guard !withPrototypes || notation.prototypes != nil else {
            throw .prototypes("it is \(notation)")
          }
          try tensors.checkElements()
          self.init(
            path: file.path, prefix: prefix, architecture: notation, inputs: inputs, state: tensors)
          return
        }
        let chain = try HeadChain(tensors)
        guard chain.inputs == inputs else { throw .inputs(chain.inputs, expected: inputs) }
        let isGELU = activation == nil && prefix.hasSuffix("head.mlp.")
        var (architecture, state) = try chain.assembled(isGELU ? .gelu : activation ?? .relu)
        if withPrototypes {
          try HeadPrototypes(beside: prefix, in: file.tensors).add(to: &architecture, &state)
        }
        try state.checkElements()
        self.init(
          path: file.path, prefix: prefix, architecture: architecture, inputs: inputs, state: state)
        return
      } catch {
        reasons.append("\(prefix.isEmpty ? "it" : "\(prefix.dropLast())") \(error)")
      }
    }
    let searched = HeadWeights.names.joined(separator: ", ")
    throw WeightsError(
      file.path,
      .noHead(reason: reasons.first ?? "nothing is called \(searched) beside the encoder"))
  }

  private init(
    path: String, prefix: String, architecture: HeadArchitecture, inputs: Int,
    state: [String: Tensor]
  ) {
    self.path = path
    self.prefix = prefix
    self.architecture = architecture
    inputDimension = inputs
    self.state = state
  }

  /// The head with these weights, in float32.
  ///
  /// - Throws: `WeightsError` with all names that are missing or unexpected.
  public func makeHead() throws(WeightsError) -> ProjectionHead {
    let head = ProjectionHead(architecture, inputs: inputDimension)
    do throws(StateMismatch) {
      try head.load(state)
    } catch {
      throw WeightsError(path, .mismatch(error))
    }
    return head
  }
}

extension [String: Tensor] {
  fileprivate func checkElements() throws(HeadChain.Fault) {
    for (name, tensor) in sorted(by: { $0.key < $1.key })
    where !name.hasSuffix("num_batches_tracked") {
      if let reason = tensor.defectAsWeights { throw .elements(name, reason: reason) }
    }
  }
}

extension HeadArchitecture {
  /// Whether each matrix of such a head is there, as is seen before a head of that size is built.
  fileprivate func canBe(of tensors: [String: Tensor], inputs: Int) -> Bool {
    guard (try? check(inputs: inputs)) != nil else { return false }
    var left: [[Int]: Int] = [:]
    for tensor in tensors.values { left[tensor.shape, default: 0] += 1 }
    return matrixShapes(inputs: inputs).allSatisfy { shape in
      left[shape, default: 0] -= 1
      return left[shape, default: 0] >= 0
    }
  }
}

extension ProjectionHead {
  /// Whether the names and shapes are this head's.
  fileprivate func fits(_ tensors: [String: Tensor]) -> Bool {
    state.mapValues(\.shape) == tensors.mapValues(\.shape)
  }
}
