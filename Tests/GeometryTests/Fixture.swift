import TestSupport
import Torch

/// Named tensors that another implementation recorded.
struct Fixture {
  private let file: SafeTensors

  init(_ name: String) throws { file = try SafeTensors(path: fixture(name)) }

  subscript(name: String) -> Tensor {
    guard let tensor = file.tensors[name] else { fatalError("no tensor '\(name)'") }
    return tensor
  }

  func number(_ name: String) -> Double { self[name].item }
  func numbers(_ name: String) -> [Double] { self[name].scalars() }
  func has(_ name: String) -> Bool { file.tensors[name] != nil }
}

/// The largest absolute difference of elements.
func difference(_ left: Tensor, _ right: Tensor) -> Double {
  abs(left.to(.float64) - right.to(.float64)).max().item
}

/// N×D×D: what the planes project onto; the same for every basis of a plane.
func projectors(_ basis: Tensor) -> Tensor { basis.matmul(basis.transposed()) }
