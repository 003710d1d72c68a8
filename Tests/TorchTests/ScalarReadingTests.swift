import Testing

@testable import Torch

struct ScalarReadingTests {
  @Test func aReadingIsOfTheMomentItBegan() {
    let tensor = Tensor([Float(1.5)], shape: [])
    let reading = ScalarReading(of: tensor)
    tensor.fill(2)
    #expect(reading.value == 1.5)
    #expect(ScalarReading(of: tensor).value == 2)
  }

  @Test func aNumberThatIsKnownIsReadAsItIs() {
    #expect(ScalarReading(0.25).value == 0.25)
    #expect(ScalarReading(.infinity).value == .infinity)
  }

  @Test func memoryToCopyFromIsOrdinaryForTheProcessor() {
    let tensor = Tensor.staging([2, 3], .float32, for: .cpu)
    #expect(tensor.shape == [2, 3] && tensor.device == .cpu)
    #expect(tensor.to(.cpu) === tensor)
  }

  @Test func theProcessorHasNoPeakOfADevicesMemory() {
    Device.cpu.forgetPeakMemory()
    #expect(Device.cpu.peakMemory == nil)
  }
}
