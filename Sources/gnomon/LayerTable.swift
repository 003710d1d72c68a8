import Foundation
import Records

/// Layers' figures as text: a row a figure, a column a layer, from h to z, under short headings.
struct LayerTable {
  /// A heading and the beginnings of its figures' keys, in their order.
  private static let groups: [(heading: String, families: [String])] = [
    ("information", ["knn_top1", "linear_top1", "attribute", "augmentation"]),
    (
      "spectrum and rank",
      [
        "effective_rank", "effective_rank_covariance", "rankme", "lidar", "stable_rank",
        "participation_ratio", "nesum", "numerical_rank", "alpha", "alpha_r2",
      ]
    ),
    (
      "invariance",
      [
        "invariance", "invariance_clean", "invariance_at", "orbit_spread", "alignment",
        "uniformity",
      ]
    ),
    ("tangents", ["tangent_norm", "tangent_gain"]),
    (
      "planes",
      [
        "tangent_overlap", "tangent_overlap_random", "tangent_angle_largest",
        "tangent_angle_smallest", "nullspace_energy", "nullspace_energy_between",
        "between_class_share",
      ]
    ),
    (
      "theory",
      ["predicted_rank", "negative_share", "predicted_overlap", "predicted_overlap_random"]
    ),
    ("dimension", ["intrinsic_dimension"]),
    ("similarity", ["cka", "cka_debiased"]),
    ("other", [""]),
  ]

  /// The figures that a finished run is announced with.
  private static let headlines = [
    "knn_top1", "linear_top1", "effective_rank", "rankme", "lidar", "invariance", "alignment",
    "uniformity", "tangent_overlap", "tangent_overlap_random", "nullspace_energy",
    "predicted_rank",
  ]

  private let layers: [LayerFigures]
  private let scalars: [[String: Double]]

  init(of layers: [LayerFigures]) {
    let order = LayerFigures.canonicalOrder(of: layers.map(\.layer))
    self.layers = order.compactMap { name in layers.first { $0.layer == name } }
    scalars = self.layers.map { figures in
      let fixed = figures.invarianceAt.map { ("invariance_at.\($0)", $1) }
      return figures.values.merging(fixed) { $1 }
    }
  }

  /// The few figures that say most.
  var headlines: String {
    let keys = Self.headlines.filter { key in scalars.contains { $0[key] != nil } }
    return text([sizes] + [keys.map(row)])
  }

  /// All figures. Angles over ranks, and parts of the policy at fixed strengths, are counted only.
  var everything: String {
    var keys = Set(scalars.flatMap(\.keys))
    let details = keys.filter(Self.isDetail)
    keys.subtract(details)
    var sections = [sizes]
    for group in Self.groups {
      let own = group.families.flatMap { family in
        keys.filter { Self.belongs($0, to: family) }
          .sorted { Self.place(of: $0) < Self.place(of: $1) }
      }
      var seen: Set<String> = []
      let rows = own.filter { seen.insert($0).inserted }.map(row)
      keys.subtract(own)
      if !rows.isEmpty { sections.append([[""], [group.heading]] + rows) }
    }
    let more = details.isEmpty ? "" : "\n\n\(details.count) more figures with --json"
    return text(sections) + more
  }

  private static func belongs(_ key: String, to family: String) -> Bool {
    family.isEmpty || key == family || key.hasPrefix("\(family).")
  }

  /// Ranks r count as numbers: r2 before r13.
  private static func place(of key: String) -> (String, Int) {
    guard let dot = key.lastIndex(of: "."), key[dot...].hasPrefix(".r"),
      let rank = Int(key[dot...].dropFirst(2))
    else { return (key, 0) }
    return (String(key[..<dot]), rank)
  }

  private static func isDetail(_ key: String) -> Bool {
    if key.hasPrefix("tangent_angle") { return key.contains(".") }
    return key.hasPrefix("invariance_at.") && key.count { $0 == "." } > 2
  }

  private var sizes: [[String]] {
    [
      [""] + layers.map(\.layer), ["embeddings"] + layers.map { "\($0.n)" },
      ["dimension"] + layers.map { "\($0.dimension)" },
    ]
  }

  private func row(_ key: String) -> [String] {
    [key] + scalars.map { $0[key].map(Self.text) ?? "" }
  }

  private func text(_ sections: [[[String]]]) -> String {
    let rows = sections.flatMap { $0 }
    let widths = (0...layers.count).map { column in
      rows.compactMap { $0.indices.contains(column) ? $0[column].count : nil }.max() ?? 0
    }
    return rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let padding = String(repeating: " ", count: cell.1 - cell.0.count)
        if row.count == 1 { return cell.0 }
        return column == 0 ? cell.0 + padding : padding + cell.0
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private static func text(_ value: Double) -> String {
    value.magnitude >= 100 ? String(format: "%.1f", value) : String(format: "%.4g", value)
  }
}
