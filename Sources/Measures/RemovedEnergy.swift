import Geometry
import Records

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
    guard let model = subject.model, let global = try model.globalPlane() else { return }
    let place = subject.placeOfH
    let h = try subject.embeddings()[place]
    for rank in MeasurementSizes.ranks {
      let energy = try whereMeasurable {
        try NullSpaceEnergy(of: h, labels: subject.labels, outside: global.leading(rank))
      }
      guard let energy else { continue }
      add(energy, rank, model.anchorCount, ".r\(rank)", to: &figures[place])
      if rank == MeasurementSizes.usualRank {
        add(energy, rank, model.anchorCount, "", to: &figures[place])
      }
    }
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
