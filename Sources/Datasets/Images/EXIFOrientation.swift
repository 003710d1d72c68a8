/// How an image is to be turned before it is looked at: tag 0x0112 of EXIF, from 1 (not at all) to 8.
///
/// Source: CIPA DC-008, *Exchangeable image file format for digital still cameras*, 4.6.4; PNG 3rd
/// edition, 11.3.4.5 (`eXIf`); RFC 9649, 2.7.1.5 (WebP's `EXIF`).
enum EXIFOrientation {
  /// The orientation that a file's EXIF data names; 1 where there is none, or none that makes sense.
  static func find(in file: [UInt8], of format: ImageFormat) -> Int {
    let data: ArraySlice<UInt8>? =
      switch format {
      case .jpeg: jpegSegment(file)
      case .png: pngChunk(file)
      case .webp: webpChunk(file)
      case .gif, .bmp, .tiff: nil
      }
    return data.map(orientation) ?? 1
  }

  private static let mark = Array("Exif\0\0".utf8)

  /// The first segment APP1 with EXIF data before the first scan.
  private static func jpegSegment(_ file: [UInt8]) -> ArraySlice<UInt8>? {
    var place = 2
    while place + 4 <= file.count, file[place] == 0xFF {
      let marker = file[place + 1]
      if marker == 0xFF {
        place += 1
        continue
      }
      // Start of scan, end of image.
      if marker == 0xDA || marker == 0xD9 { return nil }
      let length = Int(file[place + 2]) << 8 | Int(file[place + 3])
      let end = place + 2 + length
      guard length >= 2, end <= file.count else { return nil }
      let segment = file[(place + 4)..<end]
      if marker == 0xE1, segment.starts(with: mark) { return segment.dropFirst(mark.count) }
      place = end
    }
    return nil
  }

  private static func pngChunk(_ file: [UInt8]) -> ArraySlice<UInt8>? {
    var place = 8
    while place + 12 <= file.count {
      let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= file.count - place - 12 else { return nil }
      if file[(place + 4)...].starts(with: "eXIf".utf8) {
        return file[(place + 8)..<(place + 8 + length)]
      }
      place += 12 + length
    }
    return nil
  }

  private static func webpChunk(_ file: [UInt8]) -> ArraySlice<UInt8>? {
    var place = 12
    while place + 8 <= file.count {
      let length = file[(place + 4)..<(place + 8)].reversed().reduce(0) { $0 << 8 | Int($1) }
      guard length <= file.count - place - 8 else { return nil }
      if file[place...].starts(with: "EXIF".utf8) {
        let data = file[(place + 8)..<(place + 8 + length)]
        // Many writers put JPEG's mark before it.
        return data.starts(with: mark) ? data.dropFirst(mark.count) : data
      }
      place += 8 + length + length % 2
    }
    return nil
  }

  /// The orientation in the first directory of a TIFF structure.
  private static func orientation(_ slice: ArraySlice<UInt8>) -> Int {
    let data = Array(slice)
    let isLittle = data.starts(with: "II".utf8)
    guard isLittle || data.starts(with: "MM".utf8) else { return 1 }
    func number(_ place: Int, bytes: Int) -> Int? {
      guard place >= 0, place + bytes <= data.count else { return nil }
      let range = data[place..<place + bytes]
      return isLittle
        ? range.reversed().reduce(0) { $0 << 8 | Int($1) } : range.reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(4, bytes: 4), let count = number(directory, bytes: 2) else {
      return 1
    }
    for index in 0..<count {
      let entry = directory + 2 + 12 * index
      guard let tag = number(entry, bytes: 2), let type = number(entry + 2, bytes: 2) else { break }
      guard tag == 0x0112 else { continue }
      // SHORT or LONG, whose value stands in the entry itself.
      let value = number(entry + 8, bytes: type == 4 ? 4 : 2) ?? 1
      return 1...8 ~= value ? value : 1
    }
    return 1
  }
}

extension RGBImage {
  /// The image as it is to be looked at when its file's orientation is `orientation`.
  ///
  /// From 5 on rows and columns change places; then 2, 3, 6, 7 mirror the columns and 3, 4, 7, 8 the
  /// rows.
  func turned(_ orientation: Int) -> RGBImage {
    guard 2...8 ~= orientation else { return self }
    let transposes = orientation >= 5
    let mirrorsColumns = [2, 3, 6, 7].contains(orientation)
    let mirrorsRows = [3, 4, 7, 8].contains(orientation)
    let newWidth = transposes ? height : width
    let newHeight = transposes ? width : height
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { buffer, count in
      count = pixels.count
      var place = 0
      for row in 0..<newHeight {
        let from = mirrorsRows ? newHeight - 1 - row : row
        for column in 0..<newWidth {
          let across = mirrorsColumns ? newWidth - 1 - column : column
          let source = 3 * (transposes ? across * width + from : from * width + across)
          for channel in 0..<3 {
            buffer.initializeElement(at: place + channel, to: pixels[source + channel])
          }
          place += 3
        }
      }
    }
    var extent = extent
    if transposes {
      swap(&extent.left, &extent.top)
      swap(&extent.width, &extent.height)
    }
    if mirrorsColumns { extent.left = Double(newWidth) - extent.left - extent.width }
    if mirrorsRows { extent.top = Double(newHeight) - extent.top - extent.height }
    return RGBImage(width: newWidth, height: newHeight, pixels: turned, extent: extent)
  }
}
