import Geometry
import Records
import Torch

/// What the head eliminates: the variance of h outside of the plane that it passes on.
struct RemovedEnergy: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = [.model]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "nullspace_energy", name: "Energy the head removes", group: .plane, place: .encoder,
        form: .general, prominence: .announced, standsAlone: true, members: [.ranks()],
        separator: ", ",
        meaning: "share of the variance of h outside the projector's leading r-dimensional subspace"
      ),
      FigureDescriptor(
        key: "nullspace_energy_between", name: "Class energy the head removes", group: .plane,
        place: .encoder, standsAlone: true, members: [.ranks()], separator: ", ",
        meaning: "share of the variance of h between classes that lies outside that subspace"),
    ]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    guard let global = try subject.globalPlane() else { return }
    let place = subject.placeOfH
    let h = try subject.embeddings()[place]
    let (anchors, shuffled) = (try subject.anchorCount, subject.shuffledLabels)
    for rank in MeasurementSizes.ranks {
      let plane = try whereMeasurable { try global.leading(rank) }
      guard let plane, let energy = try self.energy(h, subject.labels, plane) else { continue }
      let byChance = try self.energy(h, shuffled, plane)?.betweenClasses
      for suffix in [".r\(rank)"] + (rank == MeasurementSizes.usualRank ? [""] : []) {
        add(energy, rank, anchors, suffix, to: &figures[place])
        // A plane in a random direction holds r/D of any variance on average.
        let outside = 1 - Double(rank) / Double(h.size(1))
        figures[place].record(outside, as: "nullspace_energy\(suffix)", under: .randomPlane)
        guard energy.betweenClasses != nil else { continue }
        let key = "nullspace_energy_between\(suffix)"
        figures[place].record(outside, as: key, under: .randomPlane)
        figures[place].record(byChance ?? .nan, as: key, under: .shuffled)
      }
    }
  }

  private func energy(_ h: Tensor, _ labels: [Int]?, _ plane: Planes) throws -> NullSpaceEnergy? {
    try whereMeasurable { try NullSpaceEnergy(of: h, labels: labels, outside: plane) }
  }

  private func add(
    _ energy: NullSpaceEnergy, _ rank: Int, _ anchors: Int, _ suffix: String,
    to figures: inout LayerFigures
  ) {
    let convention = Convention(
      centered: true, rowNormalized: false, rank: rank, anchors: anchors)
    figures.record(energy.total, as: "nullspace_energy\(suffix)", convention)
    if let between = energy.betweenClasses {
      figures.record(between, as: "nullspace_energy_between\(suffix)", convention)
    }
  }
}
