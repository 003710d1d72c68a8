import Records

/// What was measured of a run, in bounded memory: of too many steps every second is left out, and spectra are kept
/// of the latest alone.
struct ThinnedGeometry: Sendable {
  private(set) var records: [GeometryRecord] = []
  private let most: Int

  /// Holds the figures of about `most` steps.
  init(most: Int) { self.most = max(2, most) }

  /// Takes in the next line.
  mutating func add(_ record: GeometryRecord) {
    let isNewStep = records.last?.step != record.step
    if isNewStep { thin() }
    // A later line of one step and layer takes the earlier one's place.
    records.removeAll { $0.step == record.step && $0.figures.layer == record.figures.layer }
    for place in records.indices where records[place].figures.layer == record.figures.layer {
      records[place].figures.spectrum = []
      records[place].figures.conventions = [:]
    }
    records.append(record)
  }

  private mutating func thin() {
    let steps = Set(records.map(\.step)).sorted()
    guard steps.count >= most else { return }
    let kept = Set(
      steps.enumerated().filter { $0.offset % 2 == 1 || $0.element == steps.last }.map(\.element))
    records.removeAll { !kept.contains($0.step) }
  }
}
