/// What a figure is: something measured at a layer, under one key. It is declared once, beside what computes it;
/// command line, reports, studies and documentation read it from there.
///
/// ```swift
/// FigureDescriptor(
///   key: "stable_rank", name: "Stable rank", group: .rank, form: .rank,
///   meaning: "sum of the squared singular values over the largest one's square",
///   source: "Rudelson & Vershynin 2007")
/// ```
public struct FigureDescriptor: Sendable, Hashable {
  /// METRICS.md's key, in snake case: `effective_rank`; of a family what comes before its members, as
  /// `tangent_norm` of `tangent_norm.hue`.
  public let key: String
  /// A few words, as a heading or an axis has it.
  public let name: String
  /// The part of a table that it stands in.
  public let group: FigureGroup
  /// The layers that it exists at.
  public let place: FigurePlace
  /// How its numbers are written.
  public let form: FigureForm
  /// Which way is better, where that is agreed on.
  public let direction: FigureDirection
  /// Where it is printed.
  public let prominence: FigureProminence
  /// Whether there is a figure under the key alone.
  public let standsAlone: Bool
  /// What may follow the key and a dot.
  public let members: [FigureMembers]
  /// Stands between the name and a member's.
  public let separator: String
  /// One sentence that defines it.
  public let meaning: String
  /// Where the definition comes from.
  public let source: String?

  /// What it is and where that comes from, in one line.
  public var definition: String { source.map { "\(meaning) (\($0))" } ?? meaning }

  /// A figure, or a family of figures.
  ///
  /// - Parameters:
  ///   - key: the key in files, or what the keys of a family begin with.
  ///   - name: what it is called in tables.
  ///   - group: the heading that it stands under.
  ///   - place: the layers that it is measured at.
  ///   - form: how its numbers are written.
  ///   - direction: which way is better.
  ///   - prominence: where it is shown.
  ///   - standsAlone: whether there is a figure under the key alone; nil for one without members.
  ///   - members: what may follow the key and a dot.
  ///   - separator: what stands between the name and a member's.
  ///   - meaning: what it is, as a phrase.
  ///   - source: where it comes from; nil where it needs no source.
  public init(
    key: String, name: String, group: FigureGroup, place: FigurePlace = .everyLayer,
    form: FigureForm = .general, direction: FigureDirection = .neither,
    prominence: FigureProminence = .headline, standsAlone: Bool? = nil,
    members: [FigureMembers] = [], separator: String = ": ", meaning: String,
    source: String? = nil
  ) {
    self.key = key
    self.name = name
    self.group = group
    self.place = place
    self.form = form
    self.direction = direction
    self.prominence = prominence
    self.standsAlone = standsAlone ?? members.isEmpty
    self.members = members
    self.separator = separator
    self.meaning = meaning
    self.source = source
  }
}
