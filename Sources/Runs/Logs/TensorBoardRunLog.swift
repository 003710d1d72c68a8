import Datasets
import Foundation
import Measures
import Records
import RunStore
import TensorBoardLog

/// The sheet of views as a file.
struct ContactSheetFile {
  let png: Data
  let width: Int
  let height: Int
}

/// A run as TensorBoard shows it, in its folder's `tensorboard`: what `metrics.jsonl` and `geometry.jsonl` hold, as it
/// comes, the sheet of views, spectra as histograms, and at the end embeddings for the projector.
///
/// A figure stands under `FAMILY/MEMBER/LAYER`, so that the layers stand beside each other. Figures that
/// the catalogue has for charts alone are left out.
final class TensorBoardRunLog {
  /// Held-out images of the projector, at most: beyond it they are a random sample.
  static let pointLimit = 5_000

  private let folder: URL
  private let writer: EventFileWriter

  /// Begins an event file. What earlier ones hold from `step` on will be written again.
  init(_ folder: RunFolder, from step: Int) throws(TensorBoardLogError) {
    self.folder = folder.tensorboard
    writer = try EventFileWriter(in: self.folder, from: step)
  }

  func write(_ sheet: ContactSheetFile) throws(TensorBoardLogError) {
    let image = LoggedValue.image(png: sheet.png, width: sheet.width, height: sheet.height)
    try writer.write([TaggedValue("views", image)], step: 0)
  }

  func write(_ record: MetricRecord) throws(TensorBoardLogError) {
    try writer.write(
      record.numbers.map { TaggedValue("train/\($0.key)", .scalar($0.value)) }, step: record.step)
  }

  func write(_ layers: [LayerFigures], step: Int) throws(TensorBoardLogError) {
    let catalogue = FigureCatalogue.standard
    var values: [TaggedValue] = []
    for figures in layers {
      let scalars = figures.scalars
      for entry in catalogue.ordered(scalars.keys) where entry.prominence != .chart {
        guard let value = scalars[entry.key] else { continue }
        values.append(
          TaggedValue(Self.tag(of: entry.key, at: figures.layer), .scalar(value)))
      }
      guard let spectrum = Histogram(of: figures.spectrum) else { continue }
      values.append(TaggedValue("spectrum/\(figures.layer)", .histogram(spectrum)))
    }
    try writer.write(values, step: step)
  }

  /// Writes what the projector shows of held-out images.
  func write(_ embeddings: HeldOutEmbeddings, of images: ImageDataset) throws {
    let samples = embeddings.samples
    let numbers = EmbeddingProjection.Column(name: "image", texts: samples.map(String.init))
    let labels =
      images.labels.isEmpty
      ? []
      : [
        EmbeddingProjection.Column(
          name: "label", texts: samples.map { images.classNames[images.labels[$0]] })
      ]
    let layers = embeddings.layers.map { layer in
      EmbeddingProjection.Layer(
        name: layer.name, numbers: layer.embeddings.scalars(Float.self),
        dimension: layer.embeddings.size(1))
    }
    let sheet = SpriteSheet(of: samples, in: images)
    let sprite = EmbeddingProjection.Sprite(png: try sheet.png, side: sheet.side)
    try EmbeddingProjection(
      count: samples.count, layers: layers, columns: [numbers] + labels, sprite: sprite
    ).write(to: folder)
  }

  func synchronize() throws(TensorBoardLogError) { try writer.synchronize() }

  func close() { writer.close() }

  /// `tangent_norm.hue` at h is `tangent_norm/hue/h`; of a strength the point stays.
  private static func tag(of key: String, at layer: String) -> String {
    let parts = key.split(separator: ".", maxSplits: 1)
    return (parts.map(String.init) + [layer]).joined(separator: "/")
  }
}
