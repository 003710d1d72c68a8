import Records

/// One colour in two renderings, for a light and for a dark page.
package struct Paint: Equatable {
  package let light: String
  package let dark: String

  /// Okabe and Ito's colours, told apart under every kind of colour blindness; the renderings are
  /// darkened or lightened to stand out from the page.
  package static let categories: [Paint] = [
    Paint(light: "#0072b2", dark: "#56b4e9"), Paint(light: "#d55e00", dark: "#f0824a"),
    Paint(light: "#00815e", dark: "#2bc59b"), Paint(light: "#b3558c", dark: "#e39ac4"),
    Paint(light: "#b57d00", dark: "#e9b949"), Paint(light: "#3a8fc2", dark: "#a3d5f5"),
    Paint(light: "#4d4d4d", dark: "#c4c4c4"),
  ]

  /// The colour of a layer: one for `h`, one for `z`, grey for what lies between, and one for what lies before `h`.
  package static func layer(_ name: String) -> Paint {
    switch name {
    case "h": categories[0]
    case "z": categories[1]
    case _ where FigureKey.isTrunkLayer(name): categories[4]
    default: Paint(light: "#6e6e6e", dark: "#a8a8a8")
    }
  }

  /// What has no meaning by its colour.
  static let neutral = Paint(light: "#44474c", dark: "#c9cbce")

  /// Single values behind a mean that has no colour of its own.
  static let faint = Paint(light: "#9a9da2", dark: "#7c8086")

  /// The colours of what is told apart beside layers: those that are no layer's.
  static let besideLayers = [categories[2], categories[3], categories[5], categories[6]]

  /// The colour of a control, of which the marks are hollow.
  static func control(_ control: Control) -> Paint {
    switch control {
    case .untrained: categories[2]
    case .gaussian: categories[3]
    case .shuffled: categories[4]
    case .randomPlane: categories[6]
    }
  }

  /// The ends of a heat map's scale: pale is 0 and strong is 1, on either page.
  static let heat = (
    none: Paint(light: "#f3f6f8", dark: "#1e2125"), all: Paint(light: "#66aadb", dark: "#1f6a9e")
  )

  /// The colour of place `index` among `count` ordered ones: parts of viridis, which is even to
  /// colour-blind readers and in grey. What comes last stands out most from either page.
  package static func sequence(_ index: Int, of count: Int) -> Paint {
    let position = count > 1 ? Double(index) / Double(count - 1) : 1
    return Paint(
      light: blend(["#35b779", "#21918c", "#31688e", "#443983", "#440154"], at: position),
      dark: blend(["#3a86a8", "#22a884", "#7ad151", "#fde725"], at: position))
  }

  private static func blend(_ anchors: [String], at position: Double) -> String {
    let place = position * Double(anchors.count - 1)
    let lower = min(Int(place), anchors.count - 2)
    let share = place - Double(lower)
    let mixed = zip(components(anchors[lower]), components(anchors[lower + 1])).map {
      Int((Double($0) * (1 - share) + Double($1) * share).rounded())
    }
    return "#" + mixed.map { String($0 + 256, radix: 16).dropFirst() }.joined()
  }

  private static func components(_ colour: String) -> [Int] {
    let value = Int(colour.dropFirst(), radix: 16) ?? 0
    return [value >> 16, value >> 8 & 255, value & 255]
  }
}
