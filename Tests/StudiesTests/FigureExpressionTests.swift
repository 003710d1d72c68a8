import Foundation
import Records
import Studies
import Testing

/// Formulas of figures.
struct FigureExpressionTests {
  private let values = [
    "h.effective_rank": 8.0, "z.effective_rank": 2, "head.1.attribute.hue": 0.5,
    "h.tangent_overlap.r5": 0.25, "h.invariance_at.0.25": 4, "h.cka.head.2": 0.75,
    "h.augmentation.crop_x": 0.125, "h.tangent_overlap.factors.r6": 3, "run.wall_seconds": 60,
  ]

  private func value(_ text: String) throws -> Double? {
    try FigureExpression(text).value { values[$0.text] }
  }

  @Test func operationsBindAsInArithmetic() throws {
    #expect(try value("1 + 2 * 3 - 4 / 2") == 5)
    #expect(try value("8 - 4 - 2") == 2)
    #expect(try value("8 / 4 / 2") == 1)
    #expect(try value("-(1 + 2) * -2") == 6)
    #expect(try value("2 - -3") == 5)
    #expect(try value("1.5e-1 + .5") == 0.65)
    #expect(try value("ln(h.effective_rank)-ln(z.effective_rank)") == log(8.0) - log(2.0))
    #expect(try value(" ( h.effective_rank - z.effective_rank ) / 2 ") == 3)
  }

  @Test func aFigureIsALayerAndAKeyWithDots() throws {
    for (name, expected) in values { #expect(try value(name) == expected, "\(name)") }
    let figures = try FigureExpression("ln(head.1.attribute.hue) - h.cka.head.2").figures
    #expect(figures.map(\.layer) == ["head.1", "h"])
    #expect(figures.map(\.key) == ["attribute.hue", "cka.head.2"])
  }

  @Test func aFormulaWhoseTreeIsDeeperThanTheStackIsRefused() {
    for text in [String(repeating: "1+", count: 100_000) + "1", String(repeating: "-", count: 500)]
    {
      let error = #expect(throws: ExpressionError.self) { try FigureExpression(text) }
      #expect((error?.description.count ?? 0) < 300)
    }
  }

  @Test func aMissingFigureAndAnInfiniteResultHaveNoValue() throws {
    #expect(try value("h.rankme + 1") == nil)
    #expect(try value("1 / (h.effective_rank - 8)") == nil)
    #expect(try value("ln(z.effective_rank - 3)") == nil)
  }

  @Test func aFigureUnderAControlHasTheControlsName() throws {
    let h = LayerFigures(
      layer: "h", n: 100, dimension: 32, values: ["alpha": 1.5],
      controls: [
        .untrained: ["alpha": 0.5, "invariance_at.0.5": 0.25],
        .randomPlane: ["tangent_overlap.r5": 2],
      ])
    let summary = RunSummary(
      name: "r", config: .null, epochs: 1, steps: 4, finalLoss: 2, wallSeconds: 9, layers: [h])
    func value(_ text: String) throws -> Double? {
      try FigureExpression(text).value { $0.value(in: summary) }
    }
    #expect(try value("h.alpha - h.alpha@untrained") == 1)
    #expect(try value("h.invariance_at.0.5@untrained") == 0.25)
    #expect(try value("h.tangent_overlap.r5@random_plane") == 2)
    #expect(try value("h.alpha@gaussian") == nil)
    #expect(try FigureExpression("h.alpha@untrained").figures[0].text == "h.alpha@untrained")

    let formula = try FigureExpression("-ln(h.alpha) / 2")
    #expect(try formula.under(.untrained) == FigureExpression("-ln(h.alpha@untrained) / 2"))
    #expect(try FigureExpression("h.alpha + run.wall_seconds").under(.untrained) == nil)
    for text in ["h.alpha@nothing", "run.wall_seconds@untrained", "h.alpha@", "h.n.o@untrained"] {
      #expect(throws: ExpressionError.self, "\(text)") { try FigureExpression(text) }
    }
  }

  @Test func figuresAreFoundInASummary() throws {
    let h = LayerFigures(
      layer: "h", n: 100, dimension: 32,
      values: ["invariance_at.0.5.hue": 0.25, "alpha": 1.5], invarianceAt: ["0.5": 0.75])
    let summary = RunSummary(
      name: "r", config: .null, epochs: 1, steps: 4, finalLoss: 2, wallSeconds: 9, layers: [h])
    func value(_ text: String) throws -> Double? {
      try FigureExpression(text).figures.first?.value(in: summary)
    }
    #expect(try value("h.alpha") == 1.5)
    #expect(try value("h.invariance_at.0.5") == 0.75)
    #expect(try value("h.invariance_at.0.5.hue") == 0.25)
    #expect(try value("h.dimension") == 32)
    #expect(try value("run.wall_seconds") == 9)
    #expect(try value("run.final_loss") == 2)
    #expect(try value("z.alpha") == nil)
  }
}
