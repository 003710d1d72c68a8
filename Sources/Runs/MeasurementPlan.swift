import Measures

/// Which epochs are measured along training, and on how many held-out samples: decided before the first step
/// from counts alone, never from a clock, so that a resumed run measures what an uninterrupted one does.
///
/// Costs are counted in passes of one image through the encoder, in the precision of training. A view that
/// is trained on costs three: one forwards, and the two products of the backward pass. A measured sample costs three images,
/// itself and two views; since measurement is in float32, each counts as two passes where training is in
/// bf16. Measuring may take `measure_budget` of the passes of training so far:
///
/// - every `measure_every` epochs as many samples are measured as the budget of these epochs pays for, up to
///   all of the held-out sample (`MeasurementSizes.full.samples`);
/// - where that is fewer than 256 (or all there are), 256 are measured as often as the budget pays for,
///   and the epochs between are skipped.
///
/// The sample is the same each time. What the light extent leaves out is measured at the end.
package struct MeasurementPlan: Equatable {
  /// Epochs between measurements; nil where none is wanted, or paid for.
  package let interval: Int?
  /// Held-out samples of each.
  package let samples: Int

  /// Fewer samples than this say little of a spectrum.
  static let fewestSamples = 256

  package init(_ configuration: RunConfiguration, stepsPerEpoch: Int, heldOutCount: Int) {
    let available = min(heldOutCount, MeasurementSizes.full.samples)
    let fewest = min(available, MeasurementPlan.fewestSamples)
    let passesPerSample = configuration.precision == .bfloat16 ? 6 : 3
    let every = configuration.measureEvery
    let trained = 3 * stepsPerEpoch * configuration.batchSize * configuration.views
    let allowance = configuration.measureBudget * Double(trained)
    guard every > 0, allowance > 0 else {
      (interval, samples) = (nil, 0)
      return
    }
    let affordable = Double(every) * allowance / Double(passesPerSample)
    if affordable >= Double(fewest) {
      interval = every
      samples = Int(min(affordable, Double(available)))
    } else {
      let periods = (Double(fewest) / affordable).rounded(.up)
      interval = periods < 1e9 ? every * Int(periods) : nil
      samples = fewest
    }
  }

  /// Whether the end of this epoch, counted from 1, is measured.
  package func measures(epoch: Int) -> Bool { interval.map(epoch.isMultiple(of:)) ?? false }

  /// What the user should know: that epochs are skipped.
  package func message(_ configuration: RunConfiguration) -> String? {
    guard configuration.measureEvery > 0, interval != configuration.measureEvery else { return nil }
    let budget = "measure_budget \(configuration.measureBudget)"
    guard let interval else { return "\(budget) pays for no measurement before the end" }
    return "measuring every \(interval) epochs instead of every \(configuration.measureEvery): "
      + "\(budget) pays for \(samples) held-out images no more often"
  }
}
