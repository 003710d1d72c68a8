import Contrastive
import Testing

@Suite struct EncoderOperationsTests {
  // torchvision's model tables, in thousand millions of multiplications with two digits behind the point; a classifier of 1,000 classes is
  // among them.
  @Test(arguments: [
    (ResNet.Depth.resNet18, 1.81, 512), (.resNet34, 3.66, 512), (.resNet50, 4.09, 2048),
  ])
  func aResNetTakesWhatIsPublished(_ depth: ResNet.Depth, _ billions: Double, _ features: Int) {
    let form = EncoderForm.resNet(depth, stem: .imageNet, width: 64)
    let products = form.forwardOperations(side: 224) / 2 + Double(1000 * features)
    #expect(abs(products / 1e9 - billions) < 0.006)
  }

  @Test func aVisionTransformerTakesWhatIsPublished() {
    let form = EncoderForm.visionTransformer(
      VisionTransformer.Size(patch: 16, width: 768, depth: 12), imageSize: 224, pooling: .token)
    let products = form.forwardOperations(side: 224) / 2 + 768_000
    #expect(abs(products / 1e9 - 17.56) < 0.03)
  }

  @Test func theWayBackTakesTwiceAsMuchButForTheImagesGradient() {
    let form = EncoderForm.resNet(.resNet18, stem: .small, width: 16)
    let first = 2.0 * 3 * 16 * 9 * 32 * 32
    #expect(form.backwardOperations(side: 32) == 2 * form.forwardOperations(side: 32) - first)
  }
}
