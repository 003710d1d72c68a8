import Records

/// The plot of a claim: its points along what was varied, a panel a data set, and the effects.
extension ChartFigure {
  /// The figure of `claim`; `nil` without any point.
  ///
  /// - Parameters:
  ///   - claim: the claim, its numbers in its quantity's units.
  ///   - quantity: what the numbers are of.
  ///   - axes: what the study varies, each with its values in order.
  static func claim(
    _ claim: ClaimRecord, _ quantity: ClaimQuantity, axes: [StudyRecord.Axis]
  ) -> ChartFigure? {
    let points = ClaimPoints(claim, quantity, axes: axes)
    let effects = ClaimEffects(of: claim, quantity)
    let side =
      claim.direction == 0 ? "on one side" : "to the \(claim.direction < 0 ? "left" : "right")"
    let seeds = points.joinsSettings ? "each thin line is one seed" : "each thin line is one run"
    let controls =
      claim.controls.isEmpty
      ? "" : " Hollow marks are the mean effect with every figure under a control."
    return ChartFigure(
      title:
        "\(claim.id): \(points.along.map { "values against \(SettingWords.title($0))" } ?? "values and effect")",
      reading:
        "Of the values, \(seeds) and the thick one the mean; the effects stand with the mean's 95 % "
        + "interval: to be supported the claim needs effects \(side) of the dotted zero so often, and "
        + "so large, that its p is small." + controls,
      legend: points.legend + effects.legend,
      charts: points.charts + [effects.chart].compactMap { $0 })
  }
}
