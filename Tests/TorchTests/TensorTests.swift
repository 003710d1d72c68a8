import TestSupport
import Testing
import Torch

@Suite struct TensorTests {
  @Test func scalarsComeBackAsTheyWentIn() {
    let tensor = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
    #expect(tensor.shape == [2, 3])
    #expect(tensor.dtype == .float32)
    #expect(tensor.transposed().scalars(Float.self) == [1, 4, 2, 5, 3, 6])
    #expect(tensor.to(.uint8).scalars(UInt8.self) == [1, 2, 3, 4, 5, 6])
    #expect(Tensor([Int](0..<3)).to(.float64).scalars(Double.self) == [0, 1, 2])
  }

  @Test func operatorsReadLikeMathematics() {
    let x = Tensor([1, 2, 3] as [Double])
    let y = 2 * x - x / 2 + 1
    #expect(y.scalars(Double.self) == [2.5, 4, 5.5])
    #expect((x.squared().sum() - 14).item == 0)
    #expect((1 - x).scalars(Double.self) == [0, -1, -2])
    #expect(x.logSumExp(along: 0).item.isApproximately(3.40760596444438, within: 1e-12))
  }

  @Test func gradientsFollowTheChainRule() {
    let x = Tensor([1, 2, 3] as [Double])
    x.requiresGradient = true
    (x.squared() * 3).sum().backward()
    #expect(x.gradient?.scalars(Double.self) == [6, 12, 18])
    let silent = withoutGradients { (x * 2).sum() }
    #expect(!silent.requiresGradient)
  }

  @Test func secondDerivativesComeFromACreatedGraph() {
    let x = Tensor(2.0)
    x.requiresGradient = true
    let first = gradients(of: x.power(3), withRespectTo: [x], createGraph: true)[0]!
    #expect(first.item == 12)
    #expect(gradients(of: first, withRespectTo: [x])[0]!.item == 12)
  }

  @Test func forwardModeAgreesWithTheProductRule() {
    let (value, derivative) = directionalDerivative(
      at: Tensor([1.0, 2.0]), along: Tensor([1.0, -1.0])
    ) { exp($0) * $0 }
    #expect(value.scalars(Double.self)[1].isApproximately(2 * 7.38905609893065, within: 1e-12))
    // d/dx (x eˣ) = (1 + x) eˣ
    #expect(
      derivative.scalars(Double.self)[0].isApproximately(2 * 2.718281828459045, within: 1e-12))
    #expect(
      derivative.scalars(Double.self)[1].isApproximately(-3 * 7.38905609893065, within: 1e-12))
  }

  @Test func forwardModeServesSeveralThreads() async {
    await withTaskGroup(of: Double.self) { group in
      for factor in 1...20 {
        group.addTask {
          directionalDerivative(at: Tensor(2.0), along: Tensor(1.0)) { $0 * $0 * Double(factor) }
            .derivative.item / Double(factor)
        }
      }
      for await slope in group { #expect(slope == 4) }
    }
  }

  @Test func autocastMultipliesInTheGivenTypeAndEndsWithItsScope() {
    let a = Tensor.ones([4, 4])
    #expect(withAutocast(.bfloat16, on: .cpu) { a.matmul(a).dtype } == .bfloat16)
    #expect(a.matmul(a).dtype == .float32)
    #expect(
      withAutocast(.bfloat16, on: .cpu) { withAutocast(nil, on: .cpu) { a.matmul(a).dtype } }
        == .float32)
  }

  @Test func libtorchsFailureIsAnErrorInsideACatchingScope() throws {
    let error = #expect(throws: TorchError.self) {
      try catchingTorchErrors {
        let product = Tensor.ones([2, 3]).matmul(Tensor.ones([2, 3]))
        return product + Tensor.ones([7])
      }
    }
    #expect(error?.description.contains("aten::matmul(float32[2, 3], float32[2, 3])") == true)
    #expect(error?.description.contains("\n") == false)
    #expect(Tensor.ones([2]).sum().item == 2, "the next call works")
  }

  @Test func libtorchsFailureElsewhereIsATrapWithItsMessage() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.ones([2, 3]).matmul(Tensor.ones([2, 3]))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("mat1 and mat2 shapes cannot be multiplied"))
  }

  @Test func anAbsentCUDADeviceIsAClearError() {
    guard Device.cudaCount == 0 else { return }
    let absent = DeviceError.notAvailable(.cuda(1), cudaCount: 0, libtorch: Runtime.version)
    #expect(throws: absent) { try Device(parsing: "cuda:1") }
    #expect((try? Device(parsing: "auto")) == .cpu)
  }

  @Test(arguments: ["auto", "cpu", "cuda:0", "cuda:7"])
  func aDeviceIsReadAndWrittenBack(_ name: String) {
    #expect(DeviceChoice(parsing: name)?.description == name)
  }

  @Test(arguments: [
    "", "gpu", "CPU", "cuda:", "cuda:-1", "cuda:x", "cuda:1:2", "cpu:0", "cuda:99999999999",
  ])
  func aNameThatIsNoDevicesIsRefused(_ name: String) {
    #expect(throws: DeviceError.unknown(name)) { try Device(parsing: name) }
  }

  @Test func listsDefaultsAndSeveralResultsPassThroughTheDispatcher() {
    let parts = Tensor.arange(10).split(4)
    #expect(parts.map(\.count) == [4, 4, 2])
    let (values, indices) = Tensor([3, 1, 2] as [Float]).largest(2)
    #expect(values.scalars(Float.self) == [3, 2])
    #expect(indices.scalars(Int.self) == [0, 2])
  }

  @Test func borrowedMemoryIsKeptAliveAsLongAsItsTensors() {
    final class Owner {
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: 4)
      init() { memory.initialize(repeating: 7, count: 4) }
      deinit { memory.deallocate() }
    }
    var view: Tensor?
    weak var watched: Owner?
    do {
      let owner = Owner()
      watched = owner
      view = Tensor(borrowing: owner.memory, of: owner, shape: [4], dtype: .float32)[1..<3]
    }
    #expect(watched != nil)
    #expect(view?.scalars(Float.self) == [7, 7])
    view = nil
    #expect(watched == nil)
  }
}
