import Records
import Runs
import Yams

/// Reads the claims of a study file.
struct ClaimReader {
  private static let keys = [
    "id", "statement", "statistic", "of", "axis", "with", "between", "direction", "where",
    "average",
  ]
  private static let statistics = ["slope", "difference", "mean", "interaction"]

  private let reader: StudyFileReader
  private let grid: StudyGridReader

  init(_ reader: StudyFileReader, grid: StudyGridReader) {
    self.reader = reader
    self.grid = grid
  }

  /// The claims in the file's order.
  ///
  /// - Throws: `StudyFileError`, one line that names the claim and the key.
  func claims(_ node: Node?) throws(StudyFileError) -> [Claim] {
    guard let node, node.isPresent else { return [] }
    guard let elements = node.sequence else {
      throw reader.error("claims should be a list, as in - id: rank", at: node)
    }
    var claims: [Claim] = []
    for (index, element) in elements.enumerated() {
      let claim = try claim(element, "claims[\(index)]")
      if claims.contains(where: { $0.id == claim.id }) {
        throw reader.error("claims: there are two with the id '\(claim.id)'", at: element)
      }
      claims.append(claim)
    }
    return claims
  }

  /// The same claims, of which only those that `primary` lists are primary; all of them without a list.
  ///
  /// - Throws: `StudyFileError` for an empty list, and for a name that is no claim's or is there twice.
  func marking(
    _ claims: [Claim], primary node: Node?
  ) throws(StudyFileError) -> [Claim] {
    guard let node else { return claims }
    var primary: Set<String> = []
    let ids = claims.map(\.id)
    for element in node.isPresent ? reader.elements(node) : [] {
      let id = try reader.text(element, "primary")
      guard ids.contains(id) else {
        let hint = ids.nearest(to: id).map { "did you mean '\($0)'?" }
        let known = ids.isEmpty ? "the study makes no claims" : "use \(ids.joined(separator: ", "))"
        throw reader.error("primary: there is no claim '\(id)'; \(hint ?? known)", at: element)
      }
      guard primary.insert(id).inserted else {
        throw reader.error("primary: '\(id)' is there twice", at: element)
      }
    }
    guard !primary.isEmpty else {
      throw reader.error("primary is empty: name a claim, or leave it out", at: node)
    }
    return claims.map { claim in
      var claim = claim
      claim.isPrimary = primary.contains(claim.id)
      return claim
    }
  }

  private func claim(_ node: Node, _ position: String) throws(StudyFileError) -> Claim {
    let members = try reader.members(of: node, position, known: ClaimReader.keys)
    func required(_ key: String, _ place: String) throws(StudyFileError) -> Node {
      guard let value = members[key] else {
        throw reader.error("\(place) has no '\(key)'", at: node)
      }
      return value
    }
    let id = try reader.text(required("id", position), "\(position).id")
    let place = "claim \(id)"
    let text = try reader.text(required("of", place), "\(place): of")
    let expression: FigureExpression
    do throws(ExpressionError) {
      expression = try FigureExpression(text)
    } catch {
      throw reader.error("\(place): of: \(error)", at: members["of"])
    }
    guard !expression.figures.isEmpty else {
      throw reader.error("\(place): of: '\(text)' has no figure in it", at: members["of"])
    }
    let axis = try axis(members["axis"], place)
    let averaged = try averagedAxes(members["average"], place)
    let selection =
      try members["where"].map { node throws(StudyFileError) in
        try grid.selection(node, "\(place): where", addsValues: false)
      } ?? [:]
    let claim = Claim(
      id: id, statement: try reader.text(required("statement", place), "\(place): statement"),
      statistic: try statistic(
        required("statistic", place), axis, with: members["with"], members["between"], place),
      of: (text, expression), axis: axis?.key,
      direction: try direction(required("direction", place), place), selection: selection,
      averaged: averaged)
    try checkThatOthersAreFixed(claim, place, at: node)
    try checkSelection(claim, place, at: members["where"] ?? node)
    if let own = claim.averaged.first(where: claim.comparedAxes.contains) {
      throw reader.error(
        "\(place): average: \(own) is what is compared: leave it out", at: members["average"])
    }
    return claim
  }

  private func axis(_ node: Node?, _ place: String) throws(StudyFileError) -> Study.Axis? {
    guard let node, node.isPresent else { return nil }
    let key = try reader.text(node, "\(place): axis")
    guard let axis = grid.axes.first(where: { $0.key == key }) else {
      let keys = grid.axes.map(\.key)
      let hint = keys.nearest(to: key).map { "did you mean '\($0)'?" }
      throw reader.error(
        "\(place): axis: '\(key)' is no axis of the study; "
          + (hint ?? "the axes are \(keys.joined(separator: ", "))"), at: node)
    }
    guard key != "seed" else {
      throw reader.error("\(place): axis: seeds are what is paired, not compared", at: node)
    }
    guard key != Study.dataSetAxis else {
      throw reader.error(
        "\(place): a claim is tested in each data set and over all of them: name those it is about by "
          + "where: {\(key): […]}, or leave them out", at: node)
    }
    return axis
  }

  private func averagedAxes(_ node: Node?, _ place: String) throws(StudyFileError) -> [String] {
    guard let node, node.isPresent else { return [] }
    var keys: [String] = []
    for element in reader.elements(node) {
      guard let axis = try axis(element, "\(place): average") else { continue }
      guard !keys.contains(axis.key) else {
        throw reader.error("\(place): average: '\(axis.key)' is there twice", at: element)
      }
      keys.append(axis.key)
    }
    return keys
  }

  private func direction(
    _ node: Node, _ place: String
  ) throws(StudyFileError) -> Claim.Direction {
    let text = try reader.text(node, "\(place): direction")
    if let direction = Claim.Direction(rawValue: text) { return direction }
    throw reader.error(
      "\(place): direction is '\(text)': use positive, negative, or either", at: node)
  }

  private func statistic(
    _ node: Node, _ axis: Study.Axis?, with: Node?, _ between: Node?, _ place: String
  ) throws(StudyFileError) -> Claim.Statistic {
    let name = try reader.text(node, "\(place): statistic")
    if let between, name != "difference", name != "interaction" {
      throw reader.error(
        "\(place): between goes with statistic difference or interaction", at: between)
    }
    if let with, name != "interaction" {
      throw reader.error("\(place): with goes with statistic interaction", at: with)
    }
    switch (name, axis) {
    case ("slope", let axis?):
      try checkThatSlopeExists(axis, place, at: node)
      return .slope
    case ("interaction", let axis?):
      try checkThatSlopeExists(axis, place, at: node)
      guard let with, let other = try self.axis(with, "\(place): with"), other.key != axis.key
      else {
        throw reader.error(
          "\(place): an interaction needs a second axis, as in with: head", at: with ?? node)
      }
      let pair = try pair(of: other, between, place, at: node)
      return .interaction(with: other.key, from: pair.from, to: pair.to)
    case ("difference", let axis?):
      let pair = try pair(of: axis, between, place, at: node)
      return .difference(from: pair.from, to: pair.to)
    case ("mean", nil): return .mean
    case ("mean", .some):
      throw reader.error("\(place): a mean compares nothing: leave out axis", at: node)
    case ("slope", nil), ("difference", nil), ("interaction", nil):
      throw reader.error(
        "\(place): \(name == "interaction" ? "an" : "a") \(name) needs an axis", at: node)
    default:
      let hint = ClaimReader.statistics.nearest(to: name).map { "did you mean '\($0)'?" }
      throw reader.error(
        "\(place): statistic is '\(name)': "
          + (hint ?? "use \(ClaimReader.statistics.joined(separator: ", "))"), at: node)
    }
  }

  private func checkThatSlopeExists(
    _ axis: Study.Axis, _ place: String, at node: Node
  ) throws(StudyFileError) {
    let numbers = axis.values.compactMap(\.json.doubleValue)
    guard numbers.count == axis.values.count, numbers.count > 1 else {
      throw reader.error(
        "\(place): a slope needs an axis with two numbers or more, which \(axis.key) is not: use "
          + "difference", at: node)
    }
  }

  /// The two values of an axis that are compared.
  private func pair(
    of axis: Study.Axis, _ between: Node?, _ place: String, at node: Node
  ) throws(StudyFileError) -> (from: SettingValue, to: SettingValue) {
    guard let between else {
      guard axis.values.count == 2 else {
        throw reader.error(
          "\(place): \(axis.key) has \(axis.values.count) values: say which two by between: [from, to]",
          at: node)
      }
      return (axis.values[0], axis.values[1])
    }
    let selected = Node([(Node(axis.key), between)])
    let values =
      try grid.selection(selected, "\(place): between", addsValues: false)[axis.key] ?? []
    guard values.count == 2, values[0] != values[1] else {
      throw reader.error("\(place): between should be two values, [from, to]", at: between)
    }
    return (values[0], values[1])
  }

  /// What `where` chooses must be what the statistic takes.
  private func checkSelection(
    _ claim: Claim, _ place: String, at node: Node
  ) throws(StudyFileError) {
    guard claim.selection["seed"] == nil else {
      throw reader.error(
        "\(place): where: a claim is tested over all seeds: leave seed out", at: node)
    }
    for axis in claim.comparedAxes {
      guard let values = claim.selection[axis] else { continue }
      let isSlope: Bool
      switch claim.statistic {
      case .slope: isSlope = true
      case .interaction: isSlope = axis == claim.axis
      case .difference, .mean: isSlope = false
      }
      guard isSlope else {
        throw reader.error(
          "\(place): where: between says which values of \(axis) are compared: leave \(axis) out",
          at: node)
      }
      guard values.count > 1 else {
        throw reader.error("\(place): where: a slope needs two values of \(axis) or more", at: node)
      }
    }
  }

  /// An effect for each seed needs one run, or one along the axis, for each.
  private func checkThatOthersAreFixed(
    _ claim: Claim, _ place: String, at node: Node
  ) throws(StudyFileError) {
    for axis in grid.axes
    where Study.isCompared(axis.key) && !claim.comparedAxes.contains(axis.key) {
      if claim.averaged.contains(axis.key) { continue }
      let values = claim.selection[axis.key] ?? grid.values(of: axis)
      guard values.count > 1 else { continue }
      throw reader.error(
        "\(place) is ambiguous: \(axis.key) varies too; fix it by where: {\(axis.key): "
          + "\(values[0].text)}, or take the mean over it by average: [\(axis.key)]", at: node)
    }
  }
}
