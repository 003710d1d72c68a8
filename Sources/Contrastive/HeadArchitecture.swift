/// The shape of a projection head, before it meets an encoder.
public struct HeadArchitecture: Sendable, Hashable {
  /// What kind of function g_φ is, of h with d coordinates.
  public enum Form: Sendable, Hashable {
    /// z is h.
    case identity
    /// Linear layers of these widths, the last one's z's, with an activation between them.
    case layers([Int])
    /// Layers with an activation, then two without one between: their product is a last layer of rank
    /// `narrow` at most.
    case bottleneck(hidden: [Int], narrow: Int, output: Int)
    /// A random matrix with orthonormal rows (or columns, where z is longer than h), never changed.
    case orthogonal(Int)
    /// A d×d matrix of this rank at most, without an activation (arXiv 2110.09348): the product of two matrices,
    /// or a diagonal one, whose zero coordinates are left out of z. Fixed, its singular values are 1.
    case lowRank(Int, isDiagonal: Bool, isFixed: Bool)
    /// The first coordinates of h: DirectCLR (arXiv 2110.09348).
    case first(Int)
    /// z_j = h_j·κ^(−j), j from 0 (arXiv 2403.11391).
    case reweighting(Double)
  }

  /// What stands between linear layers.
  public enum Activation: String, Sendable, CaseIterable {
    case relu
    case gelu
    case tanh
    case sigmoid
  }

  /// A sparse autoencoder at the end of a head: an output y of length D becomes
  ///
  /// a = max(W₁y + b₁, 0), of which all but the largest may be set to 0, and ŷ = W₂a + b₂,
  ///
  /// and z is ŷ. The head then has a penalty, mean_ij (y_ij − ŷ_ij)² + λ·mean_i Σ_k a_ik, in the loss. After arXiv 2503.00507,
  /// which has a sparse autoencoder for a projector; its full text was not at hand, and this definition is our own reading.
  public struct SparseCode: Sendable, Hashable {
    /// How many coordinates the code a has; usually more than D.
    public var width: Int
    /// How many coordinates of a each row keeps, those as large as the last of them beside it; nil for all.
    public var largest: Int?
    /// λ.
    public var weight: Double

    /// λ of a code of which all is kept.
    public static let usualWeight = 0.001

    /// A code; λ is `usualWeight`, or 0 where only the largest coordinates are kept, unless it is said.
    public init(width: Int, largest: Int? = nil, weight: Double? = nil) {
      self.width = width
      self.largest = largest
      self.weight = weight ?? (largest == nil ? SparseCode.usualWeight : 0)
    }
  }

  /// What kind of function.
  public let form: Form
  /// Whether hidden layers are batch-normalised, before their activation; false without hidden layers.
  public var batchNorm = false { didSet { if !hasHiddenLayers { batchNorm = false } } }
  /// Whether z is batch-normalised; false without linear layers.
  public var outputBatchNorm = false { didSet { if !hasLayers { outputBatchNorm = false } } }
  /// Whether linear layers have offsets; true without linear layers.
  public var hasBias = true { didSet { if !hasLayers { hasBias = true } } }
  /// What stands between linear layers; ReLU without hidden layers.
  public var activation = Activation.relu { didSet { if !hasHiddenLayers { activation = .relu } } }
  /// What the last linear layer's initial weights are multiplied by; 1 without linear layers.
  public var outputScale = 1.0 { didSet { if !hasLayers { outputScale = 1 } } }
  /// The sparse autoencoder that the output goes through; nil for none, and without linear layers.
  public var sparse: SparseCode? { didSet { if !hasLayers { sparse = nil } } }
  /// L where the output's coordinates, by tanh between −1 and 1, are then brought to the nearest of L equally spaced levels from −1 to
  /// 1, an even number, so that none is 0 and every z has a direction; with the derivative of tanh (straight through the rounding, which has none); nil where they are not, and without
  /// linear layers. After arXiv 2503.00507, which has a discretised projector; its full text was not at hand, and this
  /// definition is our own reading, close to finite scalar quantisation (arXiv 2309.15505).
  public var levels: Int? { didSet { if !hasLayers { levels = nil } } }
  /// How many prototypes the last linear layer's output, brought to unit length, is then compared with, z being its inner products
  /// with them (DINO, arXiv 2104.14294): a further linear layer without an offset. nil for none, and without linear layers.
  public var prototypes: Int? { didSet { if !hasLayers { prototypes = nil } } }

  /// A head of a form, with everything else at its default.
  public init(_ form: Form) { self.form = form }

  /// No head: z is h.
  public static let none = HeadArchitecture(.identity)

  /// One linear layer.
  public static func linear(_ output: Int) -> HeadArchitecture {
    HeadArchitecture(.layers([output]))
  }

  /// Linear layers with ReLU between them.
  public static func mlp(hidden: [Int], output: Int, batchNorm: Bool = false) -> HeadArchitecture {
    var head = HeadArchitecture(.layers(hidden + [output]))
    head.batchNorm = batchNorm
    return head
  }

  /// Whether the head is made of linear layers that have options.
  var hasLayers: Bool {
    switch form {
    case .layers, .bottleneck: true
    default: false
    }
  }

  /// Whether the head has layers before its last.
  var hasHiddenLayers: Bool {
    switch form {
    case .layers(let widths): widths.count > 1
    case .bottleneck(let hidden, _, _): !hidden.isEmpty
    default: false
    }
  }

  /// Whether the head has parameters that training moves.
  public var isTrained: Bool {
    switch form {
    case .layers, .bottleneck: true
    case .lowRank(_, _, let isFixed): !isFixed
    case .identity, .orthogonal, .first, .reweighting: false
    }
  }

  /// The length of z, for an h of length `inputs`.
  public func outputDimension(inputs: Int) -> Int {
    prototypes ?? comparedDimension(inputs: inputs)
  }

  /// The length of what prototypes are compared with.
  package func comparedDimension(inputs: Int) -> Int {
    switch form {
    case .identity, .reweighting: inputs
    case .layers(let widths): widths.last ?? inputs
    case .bottleneck(_, _, let output), .orthogonal(let output): output
    case .lowRank(let rank, let isDiagonal, _): isDiagonal ? rank : inputs
    case .first(let count): count
    }
  }

  /// The shapes of the matrices that the head is made of, for an h of length `inputs`.
  package func matrixShapes(inputs: Int) -> [[Int]] {
    func chain(_ widths: [Int]) -> [[Int]] { zip(widths, [inputs] + widths).map { [$0, $1] } }
    let shapes: [[Int]] =
      switch form {
      case .identity, .first, .reweighting, .lowRank(_, isDiagonal: true, _): []
      case .layers(let widths): chain(widths)
      case .bottleneck(let hidden, let narrow, let output): chain(hidden + [narrow, output])
      case .orthogonal(let output): chain([output])
      case .lowRank(let rank, isDiagonal: false, _): chain([rank, inputs])
      }
    let compared = comparedDimension(inputs: inputs)
    let code = sparse.map { [[$0.width, compared], [compared, $0.width]] } ?? []
    return shapes + code + (prototypes.map { [[$0, compared]] } ?? [])
  }

  /// Refuses an h that is too short for this head.
  ///
  /// - Throws: `NotationError`, one line.
  public func check(inputs: Int) throws(NotationError) {
    switch form {
    case .lowRank(let count, _, _), .first(let count):
      guard count <= inputs else {
        throw NotationError(
          kind: .head, text: description, problem: .tooManyCoordinates(count, of: inputs),
          forms: HeadArchitecture.forms)
      }
    default: break
    }
  }
}
