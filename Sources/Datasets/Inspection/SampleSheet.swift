/// Images of a data set to look at: a row a class, images spread evenly over the class's own.
public struct SampleSheet: Sendable {
  /// What the rows show: class names, or the data set's name where there are no labels.
  public let rowNames: [String]
  /// Pixels across.
  public let width: Int
  /// Pixels down.
  public let height: Int
  /// `width` × `height` × 3 bytes, RGB interleaved, rows from the top; white between the images.
  public let pixels: [UInt8]

  /// White pixels around every image.
  static let gap = 2

  /// A sheet of the first `rows` classes that have images, or of all images in as many rows where there
  /// are no labels.
  ///
  /// - Parameters:
  ///   - dataset: the images.
  ///   - columns: the most images of a row.
  ///   - rows: the most rows.
  ///   - magnification: how many pixels of the sheet a pixel of an image takes, along each side.
  public init(of dataset: ImageDataset, columns: Int, rows: Int, magnification: Int = 1) {
    precondition(columns > 0 && rows > 0 && magnification > 0, "a sheet without images")
    let picked = SampleSheet.picked(dataset, columns: columns, rows: rows)
    let gap = SampleSheet.gap
    let (cellWidth, cellHeight) = (
      dataset.width * magnification + gap, dataset.height * magnification + gap
    )
    rowNames = picked.map(\.name)
    width = (picked.map(\.images.count).max() ?? 0) * cellWidth + gap
    height = picked.count * cellHeight + gap
    var sheet = [UInt8](repeating: 255, count: width * height * 3)
    for (row, images) in picked.map(\.images).enumerated() {
      for (column, index) in images.enumerated() {
        let image = Array(dataset.image(at: index))
        for y in 0..<dataset.height * magnification {
          let line = gap + row * cellHeight + y
          var target = (line * width + gap + column * cellWidth) * 3
          for x in 0..<dataset.width * magnification {
            let source = (y / magnification * dataset.width + x / magnification) * 3
            for channel in 0..<3 { sheet[target + channel] = image[source + channel] }
            target += 3
          }
        }
      }
    }
    pixels = sheet
  }

  /// The sheet as a PNG file.
  ///
  /// - Throws: an `ImageFault` when the sheet is larger than an image may be.
  public func png() throws(ImageFault) -> [UInt8] {
    try PNGImage.encode(rgb: pixels, width: width, height: height)
  }

  private static func picked(
    _ dataset: ImageDataset, columns: Int, rows: Int
  ) -> [(name: String, images: [Int])] {
    guard !dataset.labels.isEmpty else {
      let all = spread(Array(0..<dataset.count), over: rows * columns)
      return stride(from: 0, to: all.count, by: columns).map {
        (dataset.name, Array(all[$0..<min($0 + columns, all.count)]))
      }
    }
    let members = Dictionary(grouping: dataset.labels.indices) { dataset.labels[$0] }
    return members.keys.sorted().prefix(rows).map { label in
      (dataset.classNames[label], spread(members[label] ?? [], over: columns))
    }
  }

  /// `count` of the images, or all where there are fewer, at equal distances.
  private static func spread(_ images: [Int], over count: Int) -> [Int] {
    guard images.count > count else { return images }
    return (0..<count).map { images[$0 * images.count / count] }
  }
}
