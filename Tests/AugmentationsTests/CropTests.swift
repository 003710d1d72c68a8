import Augmentations
import Foundation
import Testing
import Torch

@Suite struct CropTests {
  private func crops(_ policy: Policy, _ size: ImageSize, count: Int) -> [Crop] {
    (0..<count).map {
      policy.parameters(seed: 11, epoch: 0, sample: $0, view: 0, source: size, side: 32).crop
    }
  }

  @Test(arguments: [
    ImageSize(width: 1, height: 1), ImageSize(width: 1, height: 90),
    ImageSize(width: 200, height: 3), ImageSize(width: 33, height: 47),
  ])
  func aCropLiesWithinItsImage(size: ImageSize) {
    for crop in crops(.simCLR(strength: 2), size, count: 500) {
      #expect(crop.width >= 1 && crop.height >= 1 && crop.x >= 0 && crop.y >= 0)
      #expect(crop.x + crop.width <= size.width && crop.y + crop.height <= size.height)
    }
  }

  @Test func withoutACropAViewShowsTheLargestSquareAboutTheMiddle() {
    let crop = crops(Policy(), ImageSize(width: 50, height: 30), count: 1)[0]
    #expect(crop == Crop(x: 10, y: 0, width: 30, height: 30))
  }

  @Test func anImageTooNarrowForEveryAspectIsCroppedAboutTheMiddle() {
    // torchvision's fallback: the full width, and the height that the smallest aspect allows.
    let found = Set(crops(.simCLR(), ImageSize(width: 6, height: 100), count: 200))
    #expect(found.contains(Crop(x: 0, y: 46, width: 6, height: 8)))
  }
}
