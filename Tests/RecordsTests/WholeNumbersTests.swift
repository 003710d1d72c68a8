import Foundation
import Records
import Testing

/// Whole numbers, which doubles hold to 2⁵³ alone.
struct WholeNumbersTests {
  @Test func aClaimsDirectionIsASign() throws {
    let claim = """
      {"id": "a", "statement": "s", "statistic": "t", "direction": 1e300, "points": [], "effects": [],
       "seeds": [], "verdict": "supported"}
      """
    for direction in ["2", "-2", "1e300", "0.5"] {
      let text = claim.replacing("1e300", with: direction)
      #expect(throws: DecodingError.self, "\(direction)") {
        try JSONDecoder().decode(ClaimRecord.self, from: Data(text.utf8))
      }
    }
  }

  @Test func wholeNumbersKeepTheirLastDigit() throws {
    for number in [9_007_199_254_740_993, Int.max, Int.max - 1, .min] {
      let json = try JSONDecoder().decode(
        JSONValue.self, from: JSONEncoder().encode(JSONValue.integer(number)))
      #expect(json == .integer(number) && json.wholeValue == number)
    }
    // Numbers that only look alike as doubles are two.
    #expect(JSONValue.integer(9_007_199_254_740_993) != .double(9_007_199_254_740_992))
    #expect(JSONValue.integer(1) == .double(1))
    #expect(JSONValue.double(0x1p63).wholeValue == nil && JSONValue.double(.nan).wholeValue == nil)
    #expect(JSONValue.double(-3).wholeValue == -3 && JSONValue.double(0.5).wholeValue == nil)
  }
}
