import Records
import Runs
import Yams

/// Reads the parts of a study file that say which runs there are.
struct StudyGridReader {
  private let reader: StudyFileReader
  private(set) var settings: [(key: String, value: SettingValue)]
  let namedSets: Study.NamedSets
  private(set) var axes: [Study.Axis]
  private(set) var exclusions: [Study.AxisValues] = []
  private(set) var inclusions: [Study.AxisValues] = []

  init(_ reader: StudyFileReader, _ members: [String: Node]) throws(StudyFileError) {
    self.reader = reader
    settings = try reader.settings(members["settings"], "settings")
    axes = try Self.axes(members["axes"], reader)
    var namedSets: Study.NamedSets = [:]
    for (key, axis) in [("arms", Study.armAxis), ("data_sets", Study.dataSetAxis)] {
      let sets = try Self.sets(members[key], key, reader)
      guard !sets.isEmpty else { continue }
      namedSets[axis] = sets
      let names = sets.map { SettingValue(named: $0.name) }
      axes.insert(Study.Axis(key: axis, values: names), at: 0)
    }
    self.namedSets = namedSets
    guard !axes.isEmpty else {
      throw reader.error(
        "the grid is empty: name what varies under axes, such as seed: [0, 1, 2]", at: nil)
    }
    exclusions = try selections(members["exclude"], "exclude", addsValues: false)
    inclusions = try selections(members["include"], "include", addsValues: true)
  }

  /// Refuses keys that are given twice in different places.
  func check() throws(StudyFileError) {
    for axis in axes where settings.contains(where: { $0.key == axis.key }) {
      throw reader.error(
        "\(axis.key) is both an axis and a setting: leave it out of settings", at: nil)
    }
    for (axis, sets) in namedSets {
      for set in sets {
        for setting in set.settings where axes.contains(where: { $0.key == setting.key }) {
          throw reader.error(
            "\(setting.key) is both an axis and a key of the \(Self.word(axis)) '\(set.name)': keep one",
            at: nil)
        }
      }
    }
    for arm in namedSets[Study.armAxis] ?? [] {
      for dataSet in namedSets[Study.dataSetAxis] ?? [] {
        let keys = dataSet.settings.map(\.key)
        if let key = arm.settings.map(\.key).first(where: keys.contains) {
          throw reader.error(
            "\(key) is set by the arm '\(arm.name)' and by the data set '\(dataSet.name)': keep one",
            at: nil)
        }
      }
    }
  }

  /// What a named set on an axis is called.
  private static func word(_ axis: String) -> String { axis.replacing("_", with: " ") }

  /// The named set that gives a key a value, whatever the settings say.
  private func set(giving key: String) -> (axis: String, name: String)? {
    for (axis, sets) in namedSets {
      if let set = sets.first(where: { $0.settings.contains { $0.key == key } }) {
        return (axis, set.name)
      }
    }
    return nil
  }

  /// Puts in what `--quick` replaces: values of axes, and settings.
  mutating func replace(by node: Node) throws(StudyFileError) {
    guard let mapping = node.mapping else {
      throw reader.error("quick should be a mapping of keys to what replaces them", at: node)
    }
    var replaced: [String] = []
    for (keyNode, value) in mapping {
      let key = keyNode.string ?? ""
      if let index = axes.firstIndex(where: { $0.key == key }) {
        axes[index].values = try values(value, for: key, "quick.\(key)", at: keyNode)
        replaced.append(key)
        continue
      }
      if let (axis, name) = set(giving: key) {
        throw reader.error(
          "quick: \(key) is set by the \(Self.word(axis)) '\(name)', which would override it",
          at: keyNode)
      }
      guard value.sequence == nil else {
        throw reader.error(
          "quick: \(key) is a list, but no axis: use one of the axes, "
            + axes.map(\.key).joined(separator: ", "), at: keyNode)
      }
      let setting = try reader.value(value, for: key, "quick", at: keyNode)
      settings.removeAll { $0.key == key }
      settings.append((key, setting))
    }
    // What is added beside the grid goes with the values that quick takes away.
    inclusions.removeAll { inclusion in replaced.contains { inclusion[$0] != nil } }
  }

  /// Named sets of keys: the arms, or the data sets.
  private static func sets(
    _ node: Node?, _ place: String, _ reader: StudyFileReader
  ) throws(StudyFileError) -> [Study.Arm] {
    guard let node, node.isPresent else { return [] }
    guard let mapping = node.mapping, !mapping.isEmpty else {
      throw reader.error("\(place) should be a mapping of names to settings", at: node)
    }
    var sets: [Study.Arm] = []
    for (key, value) in mapping {
      let name = try reader.text(key, "\(place): a name")
      sets.append(
        Study.Arm(name: name, settings: try reader.settings(value, "\(place).\(name)")))
    }
    return sets
  }

  private static func axes(
    _ node: Node?, _ reader: StudyFileReader
  ) throws(StudyFileError) -> [Study.Axis] {
    guard let node, node.isPresent else { return [] }
    guard let mapping = node.mapping else {
      throw reader.error("axes should be a mapping of configuration keys to lists", at: node)
    }
    var axes: [Study.Axis] = []
    for (keyNode, value) in mapping {
      let key = keyNode.string ?? ""
      guard RunConfiguration.keys.contains(key) else {
        throw reader.unknownKey(key, "axes", known: RunConfiguration.keys, at: keyNode)
      }
      guard value.sequence != nil else {
        throw reader.error("axes.\(key) should be a list of values, as in [0, 1, 2]", at: keyNode)
      }
      let values = try settingValues(value, for: key, "axes.\(key)", at: keyNode, reader)
      axes.append(Study.Axis(key: key, values: values))
    }
    return axes
  }

  /// The values of an axis: a list, or one value. None may be there twice.
  private static func settingValues(
    _ node: Node, for key: String, _ place: String, at keyNode: Node, _ reader: StudyFileReader
  ) throws(StudyFileError) -> [SettingValue] {
    var values: [SettingValue] = []
    for element in reader.elements(node) {
      let value = try reader.value(element, for: key, place, at: keyNode)
      if values.contains(value) {
        throw reader.error("\(place) has \(value.text) twice", at: element)
      }
      values.append(value)
    }
    guard !values.isEmpty else {
      throw reader.error("\(place) is empty: give it a value, or leave it out", at: keyNode)
    }
    return values
  }

  private func values(
    _ node: Node, for key: String, _ place: String, at keyNode: Node
  ) throws(StudyFileError) -> [SettingValue] {
    guard let sets = namedSets[key] else {
      return try Self.settingValues(node, for: key, place, at: keyNode, reader)
    }
    var names: [SettingValue] = []
    for element in reader.elements(node) {
      let name = try reader.text(element, place)
      guard sets.contains(where: { $0.name == name }) else {
        let hint = sets.map(\.name).nearest(to: name).map { "did you mean '\($0)'?" }
        throw reader.error(
          "\(place): there is no \(Self.word(key)) '\(name)'; "
            + (hint ?? "use \(sets.map(\.name).joined(separator: ", "))"), at: element)
      }
      names.append(SettingValue(named: name))
    }
    guard !names.isEmpty else { throw reader.error("\(place) is empty", at: keyNode) }
    return names
  }

  /// All values of an axis: those of the grid, and those that are included beside it.
  func values(of axis: Study.Axis) -> [SettingValue] {
    var values = axis.values
    for added in inclusions.flatMap({ $0[axis.key] ?? [] }) where !values.contains(added) {
      values.append(added)
    }
    return values
  }

  /// Values of some of the axes, by the axis: each a value or a list.
  func selection(
    _ node: Node, _ place: String, addsValues: Bool
  ) throws(StudyFileError) -> Study.AxisValues {
    guard let mapping = node.mapping, !mapping.isEmpty else {
      throw reader.error("\(place): name values of axes, as in {seed: 4}", at: node)
    }
    var selection: Study.AxisValues = [:]
    for (keyNode, value) in mapping {
      let key = keyNode.string ?? ""
      guard let axis = axes.first(where: { $0.key == key }) else {
        throw reader.error(
          "\(place): '\(key)' is no axis; the axes are \(axes.map(\.key).joined(separator: ", "))",
          at: keyNode)
      }
      let values = try values(value, for: key, "\(place).\(key)", at: keyNode)
      let known = self.values(of: axis)
      if !addsValues, let unknown = values.first(where: { !known.contains($0) }) {
        throw reader.error(
          "\(place): \(key) is never \(unknown.text); it is "
            + known.map(\.text).joined(separator: ", "), at: value)
      }
      selection[key] = values
    }
    return selection
  }

  private func selections(
    _ node: Node?, _ place: String, addsValues: Bool
  ) throws(StudyFileError) -> [Study.AxisValues] {
    guard let node, node.isPresent else { return [] }
    guard let elements = node.sequence else {
      throw reader.error("\(place) should be a list, as in - {seed: 4}", at: node)
    }
    var selections: [Study.AxisValues] = []
    for element in elements {
      selections.append(try selection(element, place, addsValues: addsValues))
    }
    return selections
  }
}
