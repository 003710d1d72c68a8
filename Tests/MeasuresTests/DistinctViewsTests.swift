import Augmentations
import Testing
import Torch

@testable import Measures

@Suite struct DistinctViewsTests {
  private let untouched = ViewParameters(of: ImageSize(width: 8, height: 8))

  private func hue(_ value: Float) -> ViewParameters {
    var parameters = untouched
    parameters[.hue] = value
    return parameters
  }

  @Test func equalViewsOfASampleGoThroughOnceAndThoseOfTwoSamplesTwice() {
    let parameters = [hue(0.1), hue(0.1), hue(0.1), hue(0.2)]
    let views = DistinctViews(
      of: [7, 3], parameters, asTheyAre: untouched, known: nil)
    #expect(views.fresh.map(\.sample) == [7, 3, 3])
    #expect(views.fresh.map(\.parameters) == [hue(0.1), hue(0.1), hue(0.2)])
    #expect(views.places == [[0, 1], [0, 2]])
  }

  @Test func whatIsKnownDoesNotGoThroughAgain() {
    let images = KnownImages([3, 7], [Tensor([30, 70], shape: [2, 1])])
    // First the first views of samples 7, 5 and 3, then their second ones.
    let parameters = [untouched, untouched, hue(0.2), untouched, hue(0.3), untouched]
    let views = DistinctViews(
      of: [7, 5, 3], parameters, asTheyAre: untouched, known: images)
    #expect(views.fresh.map(\.sample) == [5, 5, 3])
    #expect(views.known == [7, 3])
    #expect(views.places == [[3, 0, 2], [3, 1, 4]])
    #expect(images.embeddings(of: [7, 3]).map { $0.scalars(Double.self) } == [[70, 30]])
  }

  @Test func anUnknownImageAsItIsGoesThroughOnce() {
    let views = DistinctViews(
      of: [4], [untouched, untouched], asTheyAre: untouched, known: nil)
    #expect(views.fresh.count == 1)
    #expect(views.places == [[0], [0]])
  }
}
