import Foundation
import Measures
import Runs
import Torch
import Yams

extension Study {
  private static let fileKeys = [
    "name", "question", "settings", "data_sets", "arms", "axes", "exclude", "include", "quick",
    "primary",
    "claims", "figures", "measure",
  ]

  /// Reads a study file and checks all of it, its runs' configurations included.
  ///
  /// - Parameters:
  ///   - path: the YAML file.
  ///   - isQuick: whether to take the smaller study that its `quick` describes.
  ///   - assignments: settings that take the place of the file's.
  ///   - threads: threads of each run, where the file does not say.
  ///   - device: what the machines that make the runs have, where these are others; nil for this machine's.
  /// - Throws: `StudyFileError`, one line that names the file and the key.
  public init(
    path: String, isQuick: Bool = false, assignments: StudyAssignments = StudyAssignments([]),
    threads: Int, device: Device? = nil
  ) throws(StudyFileError) {
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(data: data, encoding: .utf8)
    else { throw StudyFileError(path, .unreadable) }
    try self.init(
      yaml: text, source: path, isQuick: isQuick, assignments: assignments, threads: threads,
      device: device)
  }

  /// The same for a file's text; `source` is its name for messages.
  package init(
    yaml text: String, source: String, isQuick: Bool = false,
    assignments: StudyAssignments = StudyAssignments([]), threads: Int, device: Device? = nil
  ) throws(StudyFileError) {
    let reader = StudyFileReader(source: source)
    let fallback = URL(fileURLWithPath: source).deletingPathExtension().lastPathComponent
    fileText = text
    var root = try reader.root(of: text)
    if assignments.isEmpty {
      self.text = text
    } else {
      root = try assignments.applied(to: root, reader, fallback: fallback)
      self.text = try reader.text(of: root)
    }
    let members = try reader.members(
      of: .mapping(root), "the study", known: Study.fileKeys)

    name =
      try members["name"].map { node throws(StudyFileError) in
        try reader.name(node)
      } ?? fallback
    question = try members["question"].map { node throws(StudyFileError) in
      try reader.text(node, "question")
    }
    var grid = try StudyGridReader(reader, members)
    try grid.check()
    let full = grid
    if isQuick {
      guard let quick = members["quick"], quick.isPresent else {
        throw StudyFileError(source, .noQuick)
      }
      try grid.replace(by: quick)
    } else if let quick = members["quick"], quick.isPresent {
      var unused = grid
      try unused.replace(by: quick)
    }
    self.isQuick = isQuick
    self.source = source
    settings = grid.settings
    namedSets = full.namedSets
    axes = grid.axes
    exclusions = grid.exclusions
    inclusions = grid.inclusions
    let claimReader = ClaimReader(reader, grid: full)
    claims = try claimReader.marking(
      claimReader.claims(members["claims"]), primary: members["primary"])
    figures = try reader.figures(members["figures"])
    measuredFigures = try reader.measuredFigures(
      members["measure"], naming: figures.map(\.expression) + claims.map(\.of.expression))
    runs = try plannedRuns(threads: threads, device: device)
  }
}

extension StudyFileReader {
  /// The most characters that a study's name may have.
  static let longestName = 100

  /// A mapping as a file's text.
  fileprivate func text(of root: Node.Mapping) throws(StudyFileError) -> String {
    do {
      return try Yams.serialize(node: .mapping(root), allowUnicode: true)
    } catch {
      throw StudyFileError(source, .notYAML(reason: "\(error)"))
    }
  }

  /// The columns of the study's table.
  fileprivate func figures(
    _ node: Node?
  ) throws(StudyFileError) -> [(text: String, expression: FigureExpression)] {
    guard let node, node.isPresent else { return [] }
    var figures: [(text: String, expression: FigureExpression)] = []
    for element in elements(node) {
      let text = try text(element, "figures")
      do throws(ExpressionError) {
        figures.append((text, try FigureExpression(text)))
      } catch {
        throw self.error("figures: \(error)", at: element)
      }
    }
    return figures
  }

  /// What runs measure: all that there is, or what the study names, and what is measured with it.
  fileprivate func measuredFigures(
    _ node: Node?, naming expressions: [FigureExpression]
  ) throws(StudyFileError) -> MeasuredFigures {
    guard let node, node.isPresent else { return .all }
    switch try text(node, "measure") {
    case "all": return .all
    case "named":
      let keys = expressions.flatMap(\.figures).filter(\.isMeasured).map(\.key)
      // The figures have been checked as their formulas were read.
      return (try? MeasuredFigures(keys)) ?? .all
    case let other:
      throw error("measure is '\(other)': use all, or named for what the study names", at: node)
    }
  }

  /// A name that can be a folder's.
  fileprivate func name(_ node: Node) throws(StudyFileError) -> String {
    let name = try text(node, "name")
    let isPlain = name.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0))
    }
    guard isPlain, !name.hasPrefix("."), name.count <= Self.longestName else {
      throw error(
        "name is '\(name)': use letters, digits, hyphens and underscores, since it names a folder",
        at: node)
    }
    return name
  }
}
