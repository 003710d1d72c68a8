/// What a map of a run's layers holds: the same images at every layer, each layer in a plane of its own, with what is known of
/// the images. The numbers themselves are in files beside `map.json`.
public struct EmbeddingMapRecord: Codable, Equatable, Sendable {
  /// The form of these documents.
  public static let currentSchema = 1

  /// A layer.
  public struct Layer: Codable, Equatable, Sendable {
    /// `h`, `head.1`, `z`.
    public var name: String
    /// How many coordinates an embedding has.
    public var dimension: Int
    /// The shares of the variance along the two axes of the plane, 0 to 1.
    public var shares: [Double]

    /// A layer.
    public init(name: String, dimension: Int, shares: [Double]) {
      self.name = name
      self.dimension = dimension
      self.shares = shares
    }
  }

  /// Something that is known of each image, by which points are coloured.
  public struct Column: Codable, Equatable, Sendable {
    /// How its numbers are to be read.
    public enum Kind: String, Codable, Sendable {
      /// Kinds from 0, in no order.
      case classes
      /// Numbers on a line.
      case number
      /// Numbers on a circle: those that differ by `period` are one.
      case circle
    }

    /// `label`, or a factor's name.
    public var name: String
    /// How its numbers are to be read.
    public var kind: Kind
    /// The names of the classes, where they have any.
    public var names: [String]
    /// The length of the circle.
    public var period: Double?

    /// A column.
    public init(name: String, kind: Kind, names: [String] = [], period: Double? = nil) {
      self.name = name
      self.kind = kind
      self.names = names
      self.period = period
    }
  }

  /// The form of this document.
  public var schema = EmbeddingMapRecord.currentSchema
  /// The run's name.
  public var run: String
  /// The step of the checkpoint.
  public var step: Int
  /// The passes over the data by then.
  public var epoch: Double
  /// How many images there are points of.
  public var count: Int
  /// How many held-out images there are.
  public var total: Int
  /// Tells whether two maps are of the same images in the same order: equal texts are.
  public var images: String
  /// The layers in order.
  public var layers: [Layer]
  /// What is known of the images.
  public var columns: [Column]
  /// The layers of which there are neighbours.
  public var neighborLayers: [String]
  /// How many neighbours of each point there are.
  public var neighbors: Int
  /// Width and height of an image, in pixels; 0 where there are none.
  public var side: Int

  /// A map's record.
  public init(
    run: String, step: Int, epoch: Double, count: Int, total: Int, images: String, layers: [Layer],
    columns: [Column], neighborLayers: [String], neighbors: Int, side: Int
  ) {
    self.run = run
    self.step = step
    self.epoch = epoch
    self.count = count
    self.total = total
    self.images = images
    self.layers = layers
    self.columns = columns
    self.neighborLayers = neighborLayers
    self.neighbors = neighbors
    self.side = side
  }

  enum CodingKeys: String, CodingKey {
    case schema, run, step, epoch, count, total, images, layers, columns, neighbors, side
    case neighborLayers = "neighbor_layers"
  }
}
