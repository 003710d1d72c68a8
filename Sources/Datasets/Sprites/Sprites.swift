import Torch

/// The seeded generator of labelled images: a shape before a pattern, every factor known.
///
/// Sample i of a split depends on (seed, split, i) alone. Shape, pattern and all factors are drawn
/// independently of each other, so neither colour nor pattern says anything about the class.
///
/// Hues gather around one of the colour wheel, warm in front and blue, hardly coloured, behind: two
/// views of an image agree in the difference of the two hues however the hue is shifted, and where
/// hues are drawn from the whole wheel, contrastive learning under strong augmentation looks at
/// that difference alone.
public enum Sprites {
  /// The part of the data set that a sample belongs to: two streams that share no image.
  public enum Split: Int, Sendable {
    /// Samples to train on.
    case train
    /// Samples that training never sees.
    case heldOut
  }

  /// The names of the classes, by label.
  public static var classNames: [String] { SpriteShape.allCases.map(\.name) }

  /// The factors that are known of every sprite, in the order of `ImageDataset.factors`.
  public static let knownFactors: [KnownFactor] =
    SpriteFactor.allCases.map { KnownFactor(name: $0.rawValue, kind: $0.kind) }
    + [KnownFactor(name: textureName, kind: .categorical(count: SpriteTexture.allCases.count))]

  /// What the labels number: the shape.
  public static let classFactor = KnownFactor(
    name: "shape", kind: .categorical(count: SpriteShape.allCases.count))

  /// What a sprite takes in memory beside its pixels: its scene, its label, and its factors.
  static let bytesBesidesPixels =
    MemoryLayout<SpriteScene>.stride + MemoryLayout<Int>.stride
    + knownFactors.count * MemoryLayout<Float>.stride

  /// The first `count` sprites of a split, `size` × `size` each.
  public static func dataset(
    split: Split, count: Int, size: Int, seed: UInt64
  ) -> ImageDataset {
    let scenes = (0..<count).map { scene(split: split, index: $0, seed: seed) }
    let rendered = concurrentImages(count: count, bytesPerImage: size * size * 3) {
      (index, slot) throws(Never) in
      scenes[index].render(size: size, into: slot)
    }
    let factors = knownFactors.map { known in
      let factor = SpriteFactor(rawValue: known.name)
      return Factor(
        name: known.name, kind: known.kind,
        values: scenes.map { scene in
          factor.map { Float(scene[$0]) } ?? Float(scene.texture.rawValue)
        })
    }
    return ImageDataset(
      name: split == .train ? "sprites train" : "sprites held out", height: size, width: size,
      pixels: rendered.pixels, labels: scenes.map(\.shape.rawValue), classNames: classNames,
      factors: factors)
  }

  /// Sample `index` of a split.
  public static func scene(split: Split, index: Int, seed: UInt64) -> SpriteScene {
    var random = RandomStream.sprites.generator(seed: seed, split.rawValue, index)
    // Drawn as Float, so that the stored factors say exactly what was rendered.
    func number(_ lower: Float, _ upper: Float) -> Double {
      Double(random.uniform(in: lower...upper))
    }
    func hue(near center: Float, spread: Float) -> Double {
      let hue = center + spread * random.normal()
      return Double(hue - hue.rounded(.down))
    }
    return SpriteScene(
      shape: SpriteShape.allCases[random.index(below: SpriteShape.allCases.count)],
      texture: SpriteTexture.allCases[random.index(below: SpriteTexture.allCases.count)],
      positionX: number(-0.22, 0.22), positionY: number(-0.22, 0.22),
      scale: number(0.55, 0.9), rotation: number(0, 2 * .pi),
      hue: hue(near: 0.05, spread: 0.1), saturation: number(0.24, 0.32),
      lightness: number(0.54, 0.6),
      backgroundHue: hue(near: 0.62, spread: 0.04), backgroundLightness: number(0.16, 0.32),
      textureFrequency: number(2, 4.5), textureOrientation: number(0, .pi),
      texturePhase: number(0, 2 * .pi), textureContrast: number(0.03, 0.06))
  }

  /// The scene that image `index` of a sprites data set shows, from its label and stored factors;
  /// nil when the data set is not of sprites.
  public static func scene(of dataset: ImageDataset, at index: Int) -> SpriteScene? {
    guard dataset.classNames == classNames, dataset.labels.indices.contains(index),
      let shape = SpriteShape(rawValue: dataset.labels[index])
    else { return nil }
    let values = Dictionary(
      dataset.factors.map { ($0.name, Double($0.values[index])) }, uniquingKeysWith: { $1 })
    guard let textureNumber = values[textureName],
      let texture = Int(exactly: textureNumber).flatMap(SpriteTexture.init(rawValue:))
    else { return nil }
    var scene = SpriteScene(
      shape: shape, texture: texture, positionX: 0, positionY: 0, scale: 1, rotation: 0, hue: 0,
      saturation: 0, lightness: 0, backgroundHue: 0, backgroundLightness: 0, textureFrequency: 1,
      textureOrientation: 0, texturePhase: 0, textureContrast: 0)
    for factor in SpriteFactor.allCases {
      guard let value = values[factor.rawValue] else { return nil }
      scene[factor] = value
    }
    return scene
  }

  private static let textureName = "texture"
}
