import Records

/// The spectra of a run over steps, in bounded memory: of too many steps every second is left out.
struct SpectrumHistory: Sendable {
  /// The spectra of one step by layer.
  struct Moment: Sendable {
    let step: Int
    let epoch: Double
    var spectra: [String: [Double]]
  }

  private(set) var moments: [Moment] = []
  private let most: Int

  /// The most values of a spectrum that are kept.
  private static let longest = 4_096

  /// Holds the spectra of about `most` steps.
  init(most: Int) { self.most = max(2, most) }

  /// Takes in the next line.
  mutating func add(_ record: GeometryRecord) {
    let values = record.figures.spectrum.prefix(Self.longest).filter(\.isFinite)
    guard !values.isEmpty else { return }
    if let known = moments.lastIndex(where: { $0.step == record.step }) {
      moments[known].spectra[record.figures.layer] = values
      return
    }
    if moments.count >= most {
      moments = moments.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
    moments.append(
      Moment(step: record.step, epoch: record.epoch, spectra: [record.figures.layer: values]))
  }

  /// The spectra of the step whose epoch is next to `epoch`.
  func moment(nextTo epoch: Double) -> Moment? {
    moments.min { abs($0.epoch - epoch) < abs($1.epoch - epoch) }
  }
}
