import Foundation
import Reports
import Testing

@Suite("Numbers in a report")
struct NumeralsTests {
  @Test("have three significant digits, and powers of ten where they are far from one")
  func significant() {
    #expect(
      [0, 0.5, 12.345, 999.9, 1234, -0.0123].map { Numerals.significant($0) } == [
        "0", "0.500", "12.3", "1000", "1234", "−0.0123",
      ])
    #expect(Numerals.significant(1.5e-7) == "1.50e−7")
    #expect(Numerals.significant(2.5e12) == "2.50e12")
  }

  @Test("of one row have the same number of decimals")
  func aligned() {
    #expect(Numerals.aligned([0.72, nil, 0.098]) == ["0.720", nil, "0.098"])
    #expect(Numerals.aligned([-2.9, 0.96]) == ["−2.90", "0.96"])
    #expect(Numerals.aligned([48.84, 9], decimals: 1) == ["48.8", "9.0"])
    #expect(Numerals.aligned([0.5, 0.0002, 0]) == ["0.500", "2e−4", "0.000"])
    #expect(Numerals.aligned([nil, nil]) == [nil, nil])
    #expect(Numerals.aligned([0, 0]) == ["0", "0"])
  }

  @Test("are as short as they were set")
  func settings() {
    #expect([1, 0.1, 1e-7, 0.0001].map(Numerals.setting) == ["1", "0.1", "1e−7", "0.0001"])
  }

  @Test("that count have thin spaces between thousands")
  func counts() {
    #expect(
      [0, 2048, 12345, 1_234_567].map { Numerals.count($0) } == [
        "0", "2048", "12\u{202F}345", "1\u{202F}234\u{202F}567",
      ])
  }

  @Test("of seconds are told in the two units that matter")
  func durations() {
    #expect(
      [1.25, 83.2, 3600, 7384].map { Numerals.duration(seconds: $0) } == [
        "1.2 s", "1 min 23 s", "1 h 0 min", "2 h 3 min",
      ])
  }
}

@Suite("The colours of strengths")
struct PaletteTests {
  /// Relative luminance by WCAG 2.2 of an sRGB colour written #rrggbb.
  private func luminance(_ colour: String) throws -> Double {
    let value = try #require(Int(colour.dropFirst(), radix: 16))
    let linear = [16, 8, 0].map { shift -> Double in
      let level = Double(value >> shift & 255) / 255
      return level <= 0.04045 ? level / 12.92 : pow((level + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }

  @Test("get darker on a light page and lighter on a dark one", arguments: [2, 3, 5, 9])
  func monotone(count: Int) throws {
    let paints = (0..<count).map { Paint.sequence($0, of: count) }
    let light = try paints.map { try luminance($0.light) }
    let dark = try paints.map { try luminance($0.dark) }
    #expect(zip(light, light.dropFirst()).allSatisfy { $0 > $1 })
    #expect(zip(dark, dark.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("and of categories stand out from their page")
  func contrast() throws {
    let white = 1.0
    let black = try luminance("#16181b")
    for paint in Paint.categories + (0..<5).map({ Paint.sequence($0, of: 5) }) {
      // WCAG asks 3:1 of graphics; the palest of the sequence comes to 2.5 beside thick lines.
      try #expect((white + 0.05) / (luminance(paint.light) + 0.05) > 2.4, "\(paint.light)")
      try #expect((luminance(paint.dark) + 0.05) / (black + 0.05) > 3, "\(paint.dark)")
    }
  }
}
