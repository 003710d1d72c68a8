import Foundation
import Torch

/// How the hidden layer of a probe is trained: AdamW (Loshchilov & Hutter 2019) on small batches, its rate risen over a twentieth of
/// the steps and lowered by half a cosine, a fixed number of steps.
///
/// Not a second-order method, as for the linear probe: the loss has no one minimum to converge to, so what such a method
/// finds depends on the start just as much, and each of its steps passes over all rows and some hundred of them are needed. Small
/// batches are through after fifteen passes, and networks that differ in their penalty go through them side by side.
///
/// First weights and the order of rows are counter-based, with one seed. Up to the size at which threads pay, all
/// is done on one, so that the result does not depend on their number.
struct NetworkTraining {
  /// U.
  let units: Int
  /// How often the rows are passed over.
  let passes: Int
  /// Steps that are taken at least, for few rows.
  let minimumSteps: Int

  /// For the fit that counts.
  static func whole(units: Int) -> NetworkTraining {
    NetworkTraining(units: units, passes: 15, minimumSteps: 300)
  }

  /// To choose a penalty by: it is a share of what is left of weights in the end, whatever the number of steps, and so is
  /// good for a longer training, too.
  static func trial(units: Int) -> NetworkTraining {
    NetworkTraining(units: units, passes: 6, minimumSteps: 120)
  }

  /// For a control, which has to be cheap.
  static func control(units: Int) -> NetworkTraining {
    NetworkTraining(units: units, passes: 4, minimumSteps: 60)
  }

  /// Steps that are taken at most: of many rows, some are never seen twice.
  private static let maximumSteps = 8_000
  private static let seed: UInt64 = 0x9A0BE
  /// As for the linear probe.
  private static let elementsOfOneThread = 4_000_000

  /// Networks, one for each penalty.
  ///
  /// - Parameters:
  ///   - features: N×D in float32, standardised.
  ///   - targets: what is to be answered, of the same rows.
  ///   - penalties: of each network: decay alone would leave e^(−penalty) of its weights; biases do not decay.
  func fit(
    features: Tensor, _ targets: NetworkTargets, penalties: [Double]
  ) -> RectifierNetworks {
    guard features.count <= NetworkTraining.elementsOfOneThread else {
      return trained(features, targets, penalties)
    }
    return Runtime.onOneThread { trained(features, targets, penalties) }
  }

  private func trained(
    _ features: Tensor, _ targets: NetworkTargets, _ penalties: [Double]
  ) -> RectifierNetworks {
    let (rows, dimensions) = (features.size(0), features.size(1))
    let batch = min(256, max(16, rows / 16), rows)
    let steps = min(
      max(passes * rows / batch, minimumSteps), NetworkTraining.maximumSteps)
    var random = CounterRandom(seed: NetworkTraining.seed, 0, 1)
    let networks = RectifierNetworks(
      count: penalties.count, dimensions: dimensions, units: units,
      outputs: targets.outputCount, from: &random, on: features.device)
    let rates = (0..<steps).map { rate(at: $0, of: steps) }
    let total = rates.reduce(0, +)
    let descent = NetworkDescent(networks, weightDecays: penalties.map { $0 / total })
    var (epoch, place) = (UInt32(0), rows)
    var (shuffledFeatures, shuffledTargets) = (features, targets)
    for rate in rates {
      if place + batch > rows {
        var random = CounterRandom(seed: NetworkTraining.seed, epoch)
        let order = Tensor(random.permutation(of: rows)).to(features.device)
        shuffledFeatures = features.gathered(order)
        shuffledTargets = targets.map { $0.gathered(order) }
        (epoch, place) = (epoch + 1, 0)
      }
      let range = place..<place + batch
      let gradients = networks.gradients(
        for: shuffledFeatures.slice(range), shuffledTargets.map { $0.slice(range) })
      descent.step(along: gradients, rate: rate)
      place += batch
    }
    return networks
  }

  /// A hundredth at most: with less, a few hundred steps end before the fit does.
  private func rate(at step: Int, of steps: Int) -> Double {
    let largest = 0.01
    let share = Double(step) / Double(steps)
    return largest * min(1, 20 * Double(step + 1) / Double(steps)) * (1 + cos(.pi * share)) / 2
  }
}

/// AdamW on networks side by side, in place.
private struct NetworkDescent {
  private struct Group {
    let tensors: [Tensor]
    let firstMoments: [Tensor]
    let secondMoments: [Tensor]
    let steps: [Tensor]
    let weightDecay: Double

    init(_ tensors: [Tensor], weightDecay: Double) {
      self.tensors = tensors
      self.weightDecay = weightDecay
      firstMoments = tensors.map { Tensor.zeros(like: $0) }
      secondMoments = tensors.map { Tensor.zeros(like: $0) }
      steps = tensors.map { Tensor.zeros([], on: $0.device) }
    }

    func step(along gradients: [Tensor], rate: Double) {
      for step in steps { step.increment(by: 1) }
      FusedUpdate.adamW(
        tensors, gradients: gradients, firstMoments: firstMoments, secondMoments: secondMoments,
        steps: steps, learningRate: rate, beta1: 0.9, beta2: 0.99, weightDecay: weightDecay,
        epsilon: 1e-8)
    }
  }

  private let weights: [Group]
  private let biases: Group

  init(_ networks: RectifierNetworks, weightDecays: [Double]) {
    weights = weightDecays.enumerated().map { index, decay in
      Group([networks.inputWeights[index], networks.outputWeights[index]], weightDecay: decay)
    }
    biases = Group([networks.inputBiases, networks.outputBiases], weightDecay: 0)
  }

  func step(along gradients: RectifierNetworks, rate: Double) {
    for (index, group) in weights.enumerated() {
      group.step(
        along: [gradients.inputWeights[index], gradients.outputWeights[index]], rate: rate)
    }
    biases.step(along: [gradients.inputBiases, gradients.outputBiases], rate: rate)
  }
}
