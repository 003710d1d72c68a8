import Augmentations
import Foundation
import Testing
import Torch

@Suite struct FusedViewsTests {
  /// Several images of different sizes in one store.
  private static let sizes = [(32, 32), (48, 20), (96, 96), (7, 61), (1, 1), (130, 110)]

  private struct Store {
    var bytes: [UInt8] = []
    var images: [StoredImage] = []

    init(_ sizes: [(Int, Int)], channels: Int = 3) {
      for (index, size) in sizes.enumerated() {
        let image =
          index.isMultiple(of: 2) && channels == 3
          ? TestImage.smooth(width: size.0, height: size.1, seed: index)
          : TestImage.noise(
            width: size.0, height: size.1, channels: channels, seed: UInt64(index))
        images.append(StoredImage(offset: bytes.count, size: image.size, channels: channels))
        bytes += image.bytes
      }
    }

    func test(_ index: Int) -> TestImage {
      let image = images[index]
      return TestImage(
        size: image.size,
        bytes: Array(bytes[image.offset..<image.offset + image.byteCount]),
        channels: image.channels)
    }
  }

  /// A policy with every part drawn at random: what acts, how often, from which range.
  private func randomPolicy(_ number: Int) -> Policy {
    var random = CounterRandom(seed: 77, UInt32(number))
    var policy = Policy(name: "random \(number)")
    policy.cropArea = random.uniform(in: 0.05...1)...1
    policy.cropAspect = 0.5...2
    policy.flipProbability = 0.5
    let reach: [Generator: Float] = [
      .translationX: 0.5, .translationY: 0.5, .rotation: 2, .logScale: 0.8, .logAspect: 0.8,
      .shearX: 0.5, .shearY: 0.5, .hue: 0.5,
    ]
    for generator in Generator.allCases where random.chance(0.4) {
      let most = random.uniform() * (reach[generator] ?? 1)
      policy[generator] =
        reach[generator] == nil
        ? Policy.Part(1 - most...1 + most, probability: 0.8)
        : Policy.Part(-most...most, probability: 0.8)
    }
    policy.greyProbability = 0.2
    policy.blur = Policy.Part(0.1...3, probability: random.chance(0.5) ? 0.5 : 0)
    policy.solariseProbability = random.chance(0.3) ? 0.5 : 0
    policy.noise = Policy.Part(0...0.1, probability: random.chance(0.2) ? 0.5 : 0)
    policy.cutout = Policy.Part(0...0.6, probability: random.chance(0.3) ? 0.5 : 0)
    policy.border = Border.allCases[random.index(below: 3)]
    return policy
  }

  private func requests(_ store: Store, _ policy: Policy, count: Int, side: Int) -> [ViewRequest] {
    (0..<count).map { sample in
      let image = store.images[sample % store.images.count]
      return ViewRequest(
        of: image,
        policy.parameters(
          seed: 3, epoch: 1, sample: sample, view: 0, source: image.size, side: side))
    }
  }

  @Test(arguments: [1, 17, 32, 96])
  func bothImplementationsAgreeOnRandomPolicies(side: Int) throws {
    let store = Store(Self.sizes)
    for number in 0..<40 {
      let requests = requests(store, randomPolicy(number), count: 12, side: side)
      let fused = try FusedViews(side: side).tensor(from: store.bytes, requests)
      for (index, request) in requests.enumerated() {
        let image = store.test(index % store.images.count)
        let expected = image.view(request.parameters, side: side)
        let found = fused[index].permuted([1, 2, 0]).scalars(Float.self)
        // 2/255 is promised; rounding in float32, also of places in steep images, leaves far less.
        #expect(
          found.farthest(from: expected) < 0.1 / 255,
          "policy \(number), view \(index): \(request.parameters)")
      }
    }
  }

  @Test(arguments: [FusedViews.Layout.channelsLast, .channelsFirst], [DType.float32, .bfloat16])
  func everyLayoutAndTypeHoldsTheSameViews(layout: FusedViews.Layout, dtype: DType) throws {
    let store = Store(Self.sizes)
    let requests = requests(store, .simCLR(), count: 12, side: 33)
    let plain = try FusedViews(side: 33).tensor(from: store.bytes, requests)
    let views = try FusedViews(side: 33, dtype: dtype, layout: layout)
      .tensor(from: store.bytes, requests)
    #expect(views.dtype == dtype)
    #expect(views.shape == [12, 3, 33, 33])
    #expect(views.strides[1] == (layout == .channelsLast ? 1 : 33 * 33))
    // libtorch rounds to bfloat16 to nearest, ties to even, too.
    #expect(views.scalars(Float.self) == plain.to(dtype).scalars(Float.self))
  }

  @Test func viewsDependNeitherOnThreadsNorOnTheBatch() throws {
    let store = Store(Self.sizes)
    let requests = requests(store, .simCLR(), count: 37, side: 64)
    let one = try FusedViews(side: 64, threads: 1).tensor(from: store.bytes, requests)
    let two = try FusedViews(side: 64, threads: 2).tensor(from: store.bytes, requests)
    #expect(one.scalars(Float.self) == two.scalars(Float.self))
    let reversed = try FusedViews(side: 64).tensor(from: store.bytes, requests.reversed())
    for index in 0..<37 {
      #expect(one[index].scalars(Float.self) == reversed[36 - index].scalars(Float.self))
    }
  }

  @Test func strengthZeroIsTheIdentityToTheBit() throws {
    let store = Store([(24, 24), (24, 24)])
    let requests = requests(store, .simCLR(strength: 0), count: 2, side: 24)
    let views = try FusedViews(side: 24).tensor(from: store.bytes, requests)
    let found = views.permuted([0, 2, 3, 1]).scalars(Float.self)
    #expect(found == store.bytes.map { Float($0) / 255 })
  }

  @Test(arguments: [1, 4])
  func greyImagesAreRepeatedAndTransparencyIsDropped(channels: Int) throws {
    let store = Store([(40, 30), (9, 9)], channels: channels)
    for (index, request) in requests(store, .simCLR(), count: 8, side: 20).enumerated() {
      let fused = try FusedViews(side: 20).tensor(from: store.bytes, [request])
      let expected = store.test(index % 2).view(request.parameters, side: 20)
      let found = fused[0].permuted([1, 2, 0]).scalars(Float.self)
      #expect(found.farthest(from: expected) < 0.1 / 255)
    }
  }

  @Test func whatDoesNotFitIsAnErrorThatSaysWhatAndWhere() {
    let bytes = [UInt8](repeating: 0, count: 300)
    let size = ImageSize(width: 10, height: 10)
    func error(_ image: StoredImage, _ parameters: ViewParameters? = nil) -> ViewError? {
      let fits = ViewRequest(of: StoredImage(offset: 0, size: size), ViewParameters(of: size))
      let request = ViewRequest(of: image, parameters ?? ViewParameters(of: image.size))
      do {
        _ = try FusedViews(side: 8).tensor(from: bytes, [fits, request])
        return nil
      } catch { return error }
    }
    #expect(error(StoredImage(offset: 0, size: size)) == nil)
    var vast = size
    vast.width = .max
    var flat = size
    flat.height = 0
    let beyond = [(1, size), (-1, size), (.max, size), (.min, size), (0, vast), (0, flat)]
    for (offset, size) in beyond {
      let image = StoredImage(offset: offset, size: size)
      #expect(error(image) == .beyondStored(image, available: 300, view: 1))
    }
    #expect(
      error(StoredImage(offset: 0, size: size, channels: 2)) == .channels(2, view: 1))
    let other = ImageSize(width: 5, height: 10)
    let misfit = error(StoredImage(offset: 0, size: other), ViewParameters(of: size))
    #expect(misfit == .size(other, madeFor: size, view: 1))
    #expect(
      misfit?.description
        == "view 1: parameters made for 10×10 pixels, and an image of 5×10")
  }
}
