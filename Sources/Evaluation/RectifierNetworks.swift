import Torch

/// Networks of one hidden layer of rectified units, V·relu(W·x + b) + c, all of which see the same rows: one batched
/// product serves as many as differ in how they are trained.
///
/// With G networks, D coordinates, U units and K outputs.
package struct RectifierNetworks {
  /// W: G×U×D.
  package let inputWeights: Tensor
  /// b: G×1×U.
  package let inputBiases: Tensor
  /// V: G×K×U.
  package let outputWeights: Tensor
  /// c: G×1×K.
  package let outputBiases: Tensor

  /// Networks with given weights, or the gradients at those.
  package init(
    inputWeights: Tensor, inputBiases: Tensor, outputWeights: Tensor, outputBiases: Tensor
  ) {
    self.inputWeights = inputWeights
    self.inputBiases = inputBiases
    self.outputWeights = outputWeights
    self.outputBiases = outputBiases
  }

  /// Equal networks that answer 0: W normal with variance 2/D, which keeps the size of what it is given (He et al., *Delving
  /// deep into rectifiers*, ICCV 2015), all else 0.
  package init(
    count: Int, dimensions: Int, units: Int, outputs: Int, from random: inout CounterRandom,
    on device: Device
  ) {
    let scale = (2 / Float(dimensions)).squareRoot()
    let weights = (0..<units * dimensions).map { _ in random.normal() * scale }
    inputWeights = Tensor(weights, shape: [1, units, dimensions]).to(device)
      .expanded([count, -1, -1]).copied().contiguous()
    inputBiases = Tensor.zeros([count, 1, units], on: device)
    outputWeights = Tensor.zeros([count, outputs, units], on: device)
    outputBiases = Tensor.zeros([count, 1, outputs], on: device)
  }

  /// G.
  package var count: Int { inputWeights.size(0) }

  /// G×N×K answers to N×D rows.
  package func outputs(for rows: Tensor) -> Tensor { answers(to: units(for: batch(rows))) }

  /// The mean loss of each network over N×D rows, G.
  package func losses(for rows: Tensor, _ targets: NetworkTargets) -> Tensor {
    targets.losses(of: outputs(for: rows))
  }

  /// The gradients of `losses` at the weights, as networks of the same shapes.
  package func gradients(for rows: Tensor, _ targets: NetworkTargets) -> RectifierNetworks {
    let batch = batch(rows)
    let units = units(for: batch)
    let errors = targets.errors(of: answers(to: units))
    let unitErrors = errors.matmul(outputWeights).passedBackThroughReLU(units)
    return RectifierNetworks(
      inputWeights: unitErrors.transposed().matmul(batch),
      inputBiases: unitErrors.sum(along: [1], keepingDimensions: true),
      outputWeights: errors.transposed().matmul(units),
      outputBiases: errors.sum(along: [1], keepingDimensions: true))
  }

  private func batch(_ rows: Tensor) -> Tensor { rows.unsqueezed(0).expanded([count, -1, -1]) }

  private func units(for batch: Tensor) -> Tensor {
    inputBiases.addingBatchedProduct(batch, inputWeights.transposed()).reluInPlace()
  }

  private func answers(to units: Tensor) -> Tensor {
    outputBiases.addingBatchedProduct(units, outputWeights.transposed())
  }
}

/// What networks are to answer to rows.
package enum NetworkTargets {
  /// N classes in int64, from 0 to below `count`: the loss is the cross-entropy of the softmax.
  case classes(Tensor, count: Int)
  /// N×K numbers: the loss is the sum over the columns of the squared error.
  case numbers(Tensor)

  /// How many outputs are needed.
  var outputCount: Int {
    switch self {
    case .classes(_, let count): count
    case .numbers(let numbers): numbers.size(1)
    }
  }

  /// Those of other rows, by a function of the tensor that has one entry a row.
  func map(_ transform: (Tensor) -> Tensor) -> NetworkTargets {
    switch self {
    case .classes(let classes, let count): .classes(transform(classes), count: count)
    case .numbers(let numbers): .numbers(transform(numbers))
    }
  }

  /// The mean loss over the rows of G×N×K outputs, G.
  func losses(of outputs: Tensor) -> Tensor {
    let rows = Double(outputs.size(1))
    switch self {
    case .classes:
      return (oneHot(like: outputs) * outputs.logSoftmax(along: 2)).sum(along: [1, 2]) / -rows
    case .numbers(let numbers):
      return (outputs - numbers).squared().sum(along: [1, 2]) / rows
    }
  }

  /// The gradient of each network's mean loss at its outputs, G×N×K.
  func errors(of outputs: Tensor) -> Tensor {
    let rows = Double(outputs.size(1))
    switch self {
    case .classes: return (outputs.softmax(along: 2) - oneHot(like: outputs)) / rows
    case .numbers(let numbers): return (outputs - numbers) * (2 / rows)
    }
  }

  /// N×K, for classes: 1 at each row's class.
  private func oneHot(like outputs: Tensor) -> Tensor {
    guard case .classes(let classes, let count) = self else { return Tensor.zeros(like: outputs) }
    let ones = Tensor.ones([classes.size(0), 1], outputs.dtype, on: outputs.device)
    return Tensor.zeros([classes.size(0), count], outputs.dtype, on: outputs.device)
      .adding(ones, at: classes.unsqueezed(1), along: 1)
  }
}
