import Foundation
import SwiftProtobuf

/// Embeddings of the same points at several layers, for TensorBoard's projector, with what is known of each point.
public struct EmbeddingProjection: Sendable {
  /// The embeddings of one layer.
  public struct Layer: Sendable {
    /// What it is called.
    public var name: String
    /// One embedding after the other.
    public var numbers: [Float]
    /// How many numbers an embedding has.
    public var dimension: Int

    /// A layer's embeddings.
    public init(name: String, numbers: [Float], dimension: Int) {
      self.name = name
      self.numbers = numbers
      self.dimension = dimension
    }
  }

  /// One thing that is known of each point.
  public struct Column: Sendable {
    /// What it is called.
    public var name: String
    /// A text a point.
    public var texts: [String]

    /// A column of texts.
    public init(name: String, texts: [String]) {
      self.name = name
      self.texts = texts
    }
  }

  /// The points' images in one square picture.
  public struct Sprite: Sendable {
    /// The picture as a PNG file: images in rows from the top left, as many a row as there are rows.
    public var png: Data
    /// Width and height of an image, in pixels.
    public var side: Int

    /// A picture of images `side` pixels wide and high.
    public init(png: Data, side: Int) {
      self.png = png
      self.side = side
    }
  }

  /// How many points there are.
  public var count: Int
  /// The layers.
  public var layers: [Layer]
  /// What is known of the points.
  public var columns: [Column]
  /// Their images, where there are any.
  public var sprite: Sprite?

  /// Embeddings of `count` points.
  public init(count: Int, layers: [Layer], columns: [Column] = [], sprite: Sprite? = nil) {
    self.count = count
    self.layers = layers
    self.columns = columns
    self.sprite = sprite
  }

  /// Writes `projector_config.pbtxt`, and in the folder `projector` beside it the tensors, the metadata and the picture.
  ///
  /// Tensors are written as text: TensorBoard tells bytes from text by whether they happen to be UTF-8.
  ///
  /// - Parameter folder: the folder that event files of the run are in.
  /// - Throws: `TensorBoardLogError`; the configuration is written last, and names whole files alone.
  public func write(to folder: URL) throws(TensorBoardLogError) {
    let files = folder.appendingPathComponent("projector", isDirectory: true)
    do {
      try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: files.path, reason: TensorBoardLogError.reason(of: error))
    }
    var common = Tensorboard_Projector_EmbeddingInfo()
    if let metadata = try metadata {
      try Self.write(metadata, to: files.appendingPathComponent("metadata.tsv"))
      common.metadataPath = "projector/metadata.tsv"
    }
    if let sprite {
      try Self.write(sprite.png, to: files.appendingPathComponent("sprite.png"))
      common.sprite.imagePath = "projector/sprite.png"
      common.sprite.singleImageDim = [UInt32(clamping: sprite.side), UInt32(clamping: sprite.side)]
    }
    var configuration = Tensorboard_Projector_ProjectorConfig()
    for layer in layers {
      let name = "\(layer.name).tsv"
      try Self.write(tensor(of: layer), to: files.appendingPathComponent(name))
      var embedding = common
      embedding.tensorName = layer.name
      embedding.tensorPath = "projector/\(name)"
      embedding.tensorShape = [UInt32(clamping: count), UInt32(clamping: layer.dimension)]
      configuration.embeddings.append(embedding)
    }
    try Self.write(
      Data(configuration.textFormatString().utf8),
      to: folder.appendingPathComponent("projector_config.pbtxt"))
  }

  private func tensor(of layer: Layer) throws(TensorBoardLogError) -> Data {
    let (numbers, dimension) = (layer.numbers, layer.dimension)
    guard dimension > 0, numbers.count.isMultiple(of: dimension) else {
      throw .ragged(name: layer.name, numbers: numbers.count, dimension: dimension)
    }
    try check(layer.name, numbers.count / dimension)
    var text = ""
    text.reserveCapacity(numbers.count * 12)
    for (place, number) in numbers.enumerated() {
      number.write(to: &text)
      text += (place + 1).isMultiple(of: dimension) ? "\n" : "\t"
    }
    return Data(text.utf8)
  }

  /// One column is written without its name: TensorBoard takes a first line for names where it has a tab.
  private var metadata: Data? {
    get throws(TensorBoardLogError) {
      guard !columns.isEmpty else { return nil }
      for column in columns { try check(column.name, column.texts.count) }
      let names = columns.count > 1 ? [columns.map(\.name)] : []
      let rows = names + (0..<count).map { row in columns.map { $0.texts[row] } }
      let lines = rows.map { $0.map(Self.plain).joined(separator: "\t") + "\n" }
      return Data(lines.joined().utf8)
    }
  }

  private func check(_ name: String, _ rows: Int) throws(TensorBoardLogError) {
    guard rows == count else { throw .rowCount(name: name, rows: rows, expected: count) }
  }

  /// A text on one line, without tabs.
  private static func plain(_ text: String) -> String {
    text.split(omittingEmptySubsequences: false) { $0.isNewline || $0 == "\t" }
      .joined(separator: " ")
  }

  private static func write(_ data: Data, to file: URL) throws(TensorBoardLogError) {
    do {
      try data.write(to: file, options: .atomic)
    } catch {
      throw .unwritable(path: file.path, reason: TensorBoardLogError.reason(of: error))
    }
  }
}
