import Augmentations
import Evaluation
import Geometry
import Records
import Torch

/// What many views of each sample say: LiDAR, the spread of orbits, and how well it can be read from a view's
/// embedding what the image was subjected to.
extension ModelMeasurement {
  /// Adds `lidar`, `orbit_spread` and `augmentation.PARAMETER`.
  func addOrbits(to figures: inout [LayerFigures], _ sizes: MeasurementSizes) throws {
    let samples = sample(sizes.orbitSamples)
    let views = viewEmbeddings(of: samples, under: policy, count: sizes.orbitViews)
    let parameters = source(splits.heldOut, policy)
      .parameters(of: samples, epoch: 0, count: sizes.orbitViews).map(\.factors)
    for index in figures.indices {
      let layer = views.map { $0[index].embedding }
      if let rank = try whereMeasurable({ try lidar(views: layer) }) {
        figures[index].addLidar(rank, views: layer.count, n: samples.count)
      }
      if let spread = try whereMeasurable({ try orbitSpread(views: layer) }) {
        figures[index].addOrbitSpread(spread, views: layer.count, n: samples.count)
      }
      try addDecoding(of: parameters, from: layer, to: &figures[index])
    }
  }

  /// Fitted on the views of four fifths of the samples, scored on those of the others.
  private func addDecoding(
    of parameters: [[Float]], from views: [Tensor], to figures: inout LayerFigures
  ) throws {
    let samples = views[0].size(0)
    let isHeldOut = parameters.indices.map { ($0 % samples) % 5 == 4 }
    let rows = (
      fitted: isHeldOut.indices.filter { !isHeldOut[$0] },
      heldOut: isHeldOut.indices.filter { isHeldOut[$0] }
    )
    guard rows.heldOut.count >= 2 else { return }
    let all = Tensor.concatenated(views)
    func attribute(_ column: Int, _ rows: [Int]) -> Attribute {
      let values = rows.map { Double(parameters[$0][column]) }
      switch ViewParameters.factorNames[column] {
      case Generator.rotation.rawValue: return .circular(values, period: 2 * .pi)
      case Generator.hue.rawValue: return .circular(values, period: 1)
      default: return .linear(values)
      }
    }
    let varying = ViewParameters.factorNames.indices.filter { column in
      rows.fitted.contains { parameters[$0][column] != parameters[rows.fitted[0]][column] }
    }
    let results = AttributeRegression.of(
      varying.map { (attribute($0, rows.fitted), attribute($0, rows.heldOut)) },
      training: all.gathered(Tensor(rows.fitted).to(device)),
      test: all.gathered(Tensor(rows.heldOut).to(device)))
    for (column, result) in zip(varying, results) {
      guard let score = try whereMeasurable({ try result.get().score }) else { continue }
      figures.addDecoding(
        score, of: ViewParameters.factorNames[column], views: views.count, n: rows.heldOut.count,
        fitted: rows.fitted.count)
    }
  }
}
