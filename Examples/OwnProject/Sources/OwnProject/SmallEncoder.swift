import Gnomon

/// Two convolutions: images to 64 numbers.
final class SmallEncoder: Module, Encoder {
  let first = Convolution(3, 32, kernel: 3, stride: 2, padding: 1)
  let second = Convolution(32, 64, kernel: 3, stride: 2, padding: 1)
  let outputDimension = 64
  func callAsFunction(_ images: Tensor) -> Tensor {
    second(first(images).relu()).relu().globalAveragePooled()
  }
}
