import Contrastive

extension GraphBuilder {
  /// Adds a vision transformer whose weights have timm's names.
  mutating func addVisionTransformer(
    _ size: VisionTransformer.Size, _ pooling: VisionTransformer.Pooling, _ images: String,
    output: String
  ) {
    var tokens = tokens(of: images, size)
    for block in 0..<size.depth { tokens = addBlock("blocks.\(block)", tokens, size) }
    switch pooling {
    case .token:
      let token = add(
        "Gather", [tokens, index(0)], "token", [.integer("axis", 1)])
      layerNormalization(token, "norm", output: output)
    case .average:
      let patches = add(
        "Slice",
        [
          tokens, integers([1], "first_patch"), integers([Int.max], "end"), integers([1], "axis_1"),
        ],
        "patches")
      let mean = add(
        "ReduceMean", [patches], "mean", [.integers("axes", [1]), .integer("keepdims", 0)])
      layerNormalization(mean, "fc_norm", output: output)
    }
  }

  /// Patches and class token with their positions, N×T×width.
  private mutating func tokens(of images: String, _ size: VisionTransformer.Size) -> String {
    let weights = [weight("patch_embed.proj.weight"), weight("patch_embed.proj.bias")]
    let map = add(
      "Conv", [images] + weights, "patch_embed", window(kernel: size.patch, stride: size.patch))
    let rows = add(
      "Reshape", [map, integers([0, size.width, -1], "patch_embed.shape")], "patch_embed.rows")
    let patches = add("Transpose", [rows], "patch_embed.tokens", [.integers("perm", [0, 2, 1])])
    let shape = add("Shape", [images], "images.shape", [.integer("start", 0), .integer("end", 1)])
    let tokenShape = add(
      "Concat", [shape, integers([1, size.width], "cls_token.shape")], "cls_token.all",
      [.integer("axis", 0)])
    let token = add("Expand", [weight("cls_token"), tokenShape], "cls_token.expanded")
    let all = add("Concat", [token, patches], "tokens", [.integer("axis", 1)])
    return add("Add", [all, weight("pos_embed")], "tokens.placed")
  }

  private mutating func addBlock(
    _ name: String, _ tokens: String, _ size: VisionTransformer.Size
  ) -> String {
    let normed = layerNormalization(tokens, "\(name).norm1")
    let attended = add(
      "Add", [tokens, attention(normed, "\(name).attn", size)], "\(name).attended")
    let inner = layerNormalization(attended, "\(name).norm2")
    let wide = linear(inner, "\(name).mlp.fc1")
    let output = linear(gelu(wide, "\(name).mlp.act"), "\(name).mlp.fc2")
    return add("Add", [attended, output], name)
  }

  private mutating func attention(
    _ tokens: String, _ name: String, _ size: VisionTransformer.Size
  ) -> String {
    let head = size.width / size.heads
    let shape = integers([0, -1, 3, size.heads, head], "attn.parts")
    let together = add("Reshape", [linear(tokens, "\(name).qkv"), shape], "\(name).together")
    let parts = add(
      "Transpose", [together], "\(name).parts", [.integers("perm", [2, 0, 3, 1, 4])])
    let (queries, keys, values) = (
      add("Gather", [parts, index(0)], "\(name).q", [.integer("axis", 0)]),
      add("Gather", [parts, index(1)], "\(name).k", [.integer("axis", 0)]),
      add("Gather", [parts, index(2)], "\(name).v", [.integer("axis", 0)])
    )
    let scale = scalar(1 / Double(head).squareRoot(), "attn.scale")
    let scaled = add("Mul", [queries, scale], "\(name).q.scaled")
    let turned = add("Transpose", [keys], "\(name).k.turned", [.integers("perm", [0, 1, 3, 2])])
    let products = add("MatMul", [scaled, turned], "\(name).products")
    let shares = add("Softmax", [products], "\(name).softmax", [.integer("axis", -1)])
    let mixed = add("MatMul", [shares, values], "\(name).mixed")
    let rows = add("Transpose", [mixed], "\(name).rows", [.integers("perm", [0, 2, 1, 3])])
    let flat = add(
      "Reshape", [rows, integers([0, -1, size.width], "attn.joined")], "\(name).joined")
    return linear(flat, "\(name).proj")
  }

  /// x·Wᵀ + b of each token.
  private mutating func linear(_ input: String, _ name: String) -> String {
    let product = add(
      "MatMul", [input, transposedWeight("\(name).weight")], "\(name).product")
    return add("Add", [product, weight("\(name).bias")], name)
  }

  @discardableResult
  private mutating func layerNormalization(
    _ input: String, _ name: String, output: String? = nil
  ) -> String {
    add(
      "LayerNormalization", [input, weight("\(name).weight"), weight("\(name).bias")],
      output ?? name, [.integer("axis", -1), .real("epsilon", VisionTransformer.epsilon)])
  }

  /// A place along a dimension, which then disappears.
  private mutating func index(_ index: Int) -> String { integer(index, "index_\(index)") }
}
