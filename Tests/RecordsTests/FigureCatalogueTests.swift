import Records
import Testing

@Suite struct FigureCatalogueTests {
  private let catalogue = FigureCatalogue([
    FigureDescriptor(
      key: "overlap", name: "Overlap", group: .plane, place: .encoder, standsAlone: true,
      members: [.ranks()], separator: ", ", meaning: "of planes"),
    FigureDescriptor(
      key: "gain", name: "Gain", group: .tangent, place: .head, standsAlone: false,
      members: [.names(["hue", "log_scale"])], meaning: "of the head", source: "somebody"),
    FigureDescriptor(
      key: "gain.factor", name: "Gain of factor", group: .tangent, place: .head,
      standsAlone: false, members: [.names(["hue"])], meaning: "along a factor"),
    FigureDescriptor(
      key: "at", name: "At", group: .invariance, standsAlone: false,
      members: [
        .names(["0.5"], prominence: .headline), .names(["0.5.hue"], prominence: .chart),
      ], separator: " ", meaning: "at a strength"),
    FigureDescriptor(
      key: "cka", name: "CKA with", group: .similarity, standsAlone: false, members: [.layers],
      separator: " ", meaning: "of layers"),
    FigureDescriptor(
      key: "rank", name: "Rank", group: .rank, standsAlone: true, members: [.principalComponents],
      separator: ", ", meaning: "of a spectrum"),
  ])

  @Test(arguments: [
    ("overlap", "h"), ("overlap.r13", "h"), ("gain.hue", "z"), ("gain.hue", "head.2"),
    ("gain.factor.hue", "z"), ("at.0.5", "h"), ("at.0.5.hue", "z"), ("cka.head.3", "h"),
    ("rank", "z"), ("rank.pca64", "h"), ("rank.pca1", "head.1"),
  ])
  func aFigureThatThereCanBePasses(key: String, layer: String) throws {
    try catalogue.check(key, at: layer)
  }

  @Test(arguments: [
    ("overlap", "x", FigureCatalogue.Problem.unknownLayer("x")),
    ("overlap", "head.0", .unknownLayer("head.0")),
    ("overlap", "head.01", .unknownLayer("head.01")),
    ("overlap", "z", .notAtLayer(key: "overlap", layer: "z", place: .encoder)),
    ("gain.hue", "h", .notAtLayer(key: "gain.hue", layer: "h", place: .head)),
    ("gain.NONSENSE", "z", .unknownKey("gain.NONSENSE", nearest: nil)),
    ("gain.hues", "z", .unknownKey("gain.hues", nearest: "gain.hue")),
    ("gain", "z", .unknownKey("gain", nearest: nil)),
    ("overlap.r", "h", .unknownKey("overlap.r", nearest: "overlap.r5")),
    ("overlap.r-1", "h", .unknownKey("overlap.r-1", nearest: "overlap.r5")),
    ("cka.x", "h", .unknownKey("cka.x", nearest: "cka.h")),
    ("rank.pca0", "h", .unknownKey("rank.pca0", nearest: "rank.pca64")),
    ("rank.pca064", "h", .unknownKey("rank.pca064", nearest: "rank.pca64")),
    ("at", "h", .unknownKey("at", nearest: nil)), ("", "h", .unknownKey("", nearest: nil)),
  ])
  func aFigureThatThereCannotBeIsNamed(
    key: String, layer: String, problem: FigureCatalogue.Problem
  ) {
    #expect(throws: problem) { try catalogue.check(key, at: layer) }
  }

  @Test func membersAreNamedAfterTheirFamily() {
    #expect(catalogue.entry("overlap.r13").name == "Overlap, r = 13")
    #expect(catalogue.entry("gain.log_scale").name == "Gain: log scale")
    #expect(catalogue.entry("gain.factor.hue").name == "Gain of factor: hue")
    #expect(catalogue.entry("at.0.5").name == "At 0.5")
    #expect(catalogue.entry("at.0.5.hue").name == "At 0.5, hue")
    #expect(catalogue.entry("cka.head.1").name == "CKA with head.1")
    #expect(catalogue.entry("overlap.r13@random_plane").name == "Overlap, r = 13, random plane")
    #expect(catalogue.entry("rank.pca64").name == "Rank, first 64 components")
    #expect(catalogue.entry("some_thing").name == "Some thing")
  }

  @Test func prominenceIsTheMembersOwn() {
    #expect(catalogue.entry("overlap").prominence == .headline)
    #expect(catalogue.entry("overlap.r2").prominence == .chart)
    #expect(catalogue.entry("at.0.5").prominence == .headline)
    #expect(catalogue.entry("at.0.5.hue").prominence == .chart)
    #expect(catalogue.entry("gain.hue").prominence == .detail)
  }

  @Test func figuresAreInTheCataloguesOrderAndRanksCountAsNumbers() {
    let keys = ["zebra", "gain.hue", "overlap.r13", "overlap.r2", "overlap", "apple", "at.0.5"]
    #expect(
      catalogue.ordered(keys).map(\.key)
        == ["overlap", "overlap.r2", "overlap.r13", "gain.hue", "at.0.5", "apple", "zebra"])
    #expect(catalogue.definitions(of: keys).map(\.key) == ["overlap", "gain", "at"])
    #expect(catalogue.definitions(of: ["gain.hue"])[0].definition == "of the head (somebody)")
  }

  @Test func twoFiguresUnderOneKeyAreAProgrammersError() async {
    await #expect(processExitsWith: .failure) {
      let figure = FigureDescriptor(key: "a", name: "A", group: .other, meaning: "")
      _ = FigureCatalogue([figure, figure])
    }
  }
}
