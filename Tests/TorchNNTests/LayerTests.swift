import TestSupport
import Testing
import Torch
import TorchNN

/// Layers against PyTorch's own, recorded in layers.safetensors. Both run the same kernels, so
/// float32 rounding of sums in another order is all that may differ: 1e-5 of the largest element.
@Suite struct LayerTests {
  private let recorded: [String: Tensor]
  private let tolerance = 1e-5

  init() throws { recorded = try SafeTensors(path: fixture("layers.safetensors")).tensors }

  private func values(_ name: String) throws -> [Double] {
    try #require(recorded[name], "\(name)").scalars(Double.self)
  }

  private func number(_ name: String) throws -> Double { try values(name)[0] }

  private func agrees(_ tensor: Tensor?, with name: String) throws {
    let own = try #require(tensor, "\(name)").scalars(Double.self)
    #expect(own.relativeDifference(from: try values(name)) < tolerance, "\(name)")
  }

  /// Runs a layer on a recorded input and compares output and gradients.
  private func check(_ module: any UnaryLayer, _ prefix: String) throws {
    var state: [String: Tensor] = module.state
    for name in ["weight", "bias"] where state[name] != nil {
      state[name] = recorded["\(prefix).\(name)"]
    }
    try module.load(state)
    let input = try #require(recorded["\(prefix).input"]).copied()
    input.requiresGradient = true
    let output = module(input)
    try agrees(output, with: "\(prefix).output")
    output.backward(seed: recorded["\(prefix).output_gradient"])
    try agrees(input.gradient, with: "\(prefix).input_gradient")
    for (name, parameter) in module.parameters {
      try agrees(parameter.tensor.gradient, with: "\(prefix).\(name)_gradient")
    }
  }

  @Test(arguments: ["same", "strided", "pointwise", "stem"])
  func convolutionsAgreeWithPyTorch(_ name: String) throws {
    let weight = try #require(recorded["conv2d.\(name).weight"])
    try check(
      Convolution(
        weight.size(1), weight.size(0), kernel: weight.size(2),
        stride: Int(number("conv2d.\(name).stride")),
        padding: Int(number("conv2d.\(name).padding")),
        bias: recorded["conv2d.\(name).bias"] != nil), "conv2d.\(name)")
  }

  @Test func linearLayersAndMaxPoolingAgreeWithPyTorch() throws {
    let weight = try #require(recorded["linear.weight"])
    try check(Linear(weight.size(1), weight.size(0)), "linear")
    try check(MaxPool(kernel: 3, stride: 2, padding: 1), "maxpool")
    let images = try #require(recorded["avgpool.input"])
    try agrees(images.globalAveragePooled(), with: "avgpool.output")
  }

  @Test func batchNormAgreesWithPyTorchInTrainingAndEvaluation() throws {
    let channels = try #require(recorded["batchnorm.eval.weight"]).count
    let module = BatchNorm(channels)
    for batch in 0..<3 {
      try check(module, "batchnorm.train\(batch)")
      for (_, parameter) in module.parameters { parameter.tensor.gradient = nil }
      try agrees(module.runningMean.tensor, with: "batchnorm.train\(batch).running_mean")
      try agrees(module.runningVar.tensor, with: "batchnorm.train\(batch).running_var")
    }
    #expect(module.numBatchesTracked.tensor.item == 3)
    module.train(false)
    try check(module, "batchnorm.eval")
  }

  @Test(arguments: ["sgd", "sgd_momentum", "sgd_nesterov", "adamw", "lars"])
  func optimisersFollowTheirReferences(_ name: String) throws {
    let start = try ["weight", "bias"].map { try #require(recorded["optimizer.start.\($0)"]) }
    let parameters = zip(["weight", "bias"], start).map {
      (name: $0, parameter: Parameter($1.copied()))
    }
    let rate = try number("optimizer.\(name).learning_rate")
    let decay = try number("optimizer.\(name).weight_decay")
    let momentum = recorded["optimizer.\(name).momentum"]?.item ?? 0
    let optimizer: any Optimizer =
      switch name {
      case "adamw": AdamW(parameters, learningRate: rate, weightDecay: decay)
      case "lars": LARS(parameters, learningRate: rate, momentum: momentum, weightDecay: decay)
      default:
        SGD(
          parameters, learningRate: rate, momentum: momentum, weightDecay: decay,
          nesterov: name == "sgd_nesterov")
      }
    for step in 0..<10 {
      for (name, parameter) in parameters {
        parameter.tensor.gradient = try #require(recorded["optimizer.gradients.\(name)"])[step]
          .copied()
      }
      optimizer.step()
      for (part, parameter) in parameters {
        let expected = try #require(recorded["optimizer.\(name).\(part)"])[step]
        let difference = parameter.tensor.scalars(Double.self)
          .relativeDifference(from: expected.scalars(Double.self))
        #expect(difference < tolerance, "\(part) after step \(step)")
      }
    }
  }

  @Test func aTokenIsAVectorToLARS() {
    func changed(_ shape: [Int]) -> [Float] {
      let parameter = Parameter(.full(shape, 1e-5))
      parameter.tensor.gradient = .ones(shape)
      LARS([("weight", parameter)], learningRate: 0.5, momentum: 0, weightDecay: 0).step()
      return parameter.tensor.scalars(Float.self)
    }
    #expect(changed([1, 1, 3]) == changed([3]))
    #expect(changed([1, 3]) != changed([3]))
  }

  @Test func warmUpAndCosineAgreeWithTheReference() throws {
    var index = 0
    while recorded["schedule.case\(index).total"] != nil {
      let schedule = CosineSchedule(
        base: try number("schedule.case\(index).base"),
        warmupSteps: Int(try number("schedule.case\(index).warmup")),
        totalSteps: Int(try number("schedule.case\(index).total")))
      let rates = try values("schedule.case\(index).rates")
      for (step, rate) in rates.enumerated() {
        #expect(
          schedule.learningRate(at: step).isApproximately(rate, within: 1e-12 * schedule.base))
      }
      index += 1
    }
    #expect(index > 0)
  }
}
