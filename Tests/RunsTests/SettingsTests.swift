import Records
import Runs
import Testing

/// Every setting of the table, whatever it is.
@Suite struct SettingsTests {
  /// Values that a setting takes and does not have, and texts that it refuses.
  private func samples(of setting: any SettingDeclaration) -> (taken: [String], refused: [String]) {
    switch setting.form {
    case .flag: return (["true", "false"], ["", "1", "True", "perhaps"])
    case .whole(let range):
      let taken = ["\(range.lowerBound)", "\(range.upperBound)"]
      return (
        taken,
        [
          "\(range.lowerBound - 1)", "\(range.upperBound + 1)", "\(Int.max)", "\(Int.min)", "1.5",
          "",
          "99999999999999999999", "-99999999999999999999", "1e3", "many",
        ]
      )
    case .real(let range):
      let above =
        range.upperBound == .greatestFiniteMagnitude ? "1e309" : "\(range.upperBound.nextUp)"
      return (
        ["\(range.lowerBound)", "\(range.upperBound)", "\(min(range.upperBound, 0.1 + 0.2))"],
        ["\(range.lowerBound.nextDown)", above, "nan", "inf", "-inf", "", "much"]
      )
    case .choice(let names): return (names, ["", "x", names[0] + "x"])
    case .folder, .file: return (["runs/it's a \"folder\" # with\ttrouble", "null folder"], [""])
    case .notation: return (notations[setting.key] ?? [], ["", "x", ":", ","])
    }
  }

  private let notations = [
    "head": ["none", "mlp:8-4,bn,gelu,out-bn,no-bias,scale=0.1", "low-rank:3,diagonal,fixed"],
    "objective": ["dcl", "nt-xent,dot,learned,tiled", "vicreg,variance=2.0", "moco:64"],
    "schedule": ["unrolled:4", "implicit:8,neumann=0.1", "frozen:it's,a:file", "ema:0.5"],
    "normalise": ["none", "imagenet", "0.5,0.4,0.3/0.25,0.2,1e-05"],
    "device": ["cpu", "auto", "cuda:3"],
    "figures": ["none", "all", "effective_rank,tangent_overlap", "linear_top1, knn_top1"],
  ]

  @Test(arguments: RunConfiguration.keys)
  func aSettingIsReadFromTextAndFileAndWrittenBackEqual(_ key: String) throws {
    let setting = try RunConfiguration.declaration(of: key)
    let taken = samples(of: setting).taken
    #expect(!taken.isEmpty)
    for text in taken {
      var configuration = RunConfiguration()
      try configuration.set(key, to: text)
      var fromFile = RunConfiguration()
      try fromFile.apply(yaml: configuration.yaml, from: "config.yaml")
      #expect(fromFile == configuration, "\(key) \(text)")
      #expect(fromFile.json == configuration.json)
      // What a summary's config holds is read as the same value.
      #expect(setting.canonical(configuration.json[key] ?? .null) == configuration.json[key])
      // No other setting moved.
      guard case .object(var members) = configuration.json,
        case .object(var others) = RunConfiguration().json
      else { return }
      members.removeValue(forKey: key)
      others.removeValue(forKey: key)
      #expect(members == others)
    }
  }

  @Test(arguments: RunConfiguration.keys)
  func aSettingRefusesWhatItDoesNotTakeAndNamesItselfTheTextAndTheBounds(_ key: String) throws {
    let setting = try RunConfiguration.declaration(of: key)
    for text in samples(of: setting).refused {
      var configuration = RunConfiguration()
      let error = #expect(throws: ConfigurationError.self, "\(key) '\(text)'") {
        try configuration.set(key, to: text)
      }
      guard case .value(key, text, setting.form, let problem) = error else {
        Issue.record("\(key) '\(text)': \(String(describing: error))")
        continue
      }
      let line = "\(error ?? .unreadable(path: ""))"
      #expect(line.hasPrefix("\(key) ") && line.contains("'\(text)'") && !line.contains("\n"))
      if problem == .notOfForm { #expect(line.hasSuffix(setting.form.phrase)) }
      #expect(configuration == RunConfiguration())
    }
  }

  @Test func everyMemberIsASettingUnderItsOwnKeyInWordsWithUnderscores() {
    let members = Mirror(reflecting: RunConfiguration.settings).children
    #expect(members.count == RunConfiguration.declarations.count)
    #expect(Set(RunConfiguration.keys).count == RunConfiguration.keys.count)
    for (member, key) in zip(members, RunConfiguration.keys) {
      let words = (member.label ?? "").map { $0.isUppercase ? "_\($0.lowercased())" : "\($0)" }
      #expect(words.joined() == key)
    }
  }

  @Test func everyDefaultIsAValueThatItsSettingTakes() throws {
    for setting in RunConfiguration.declarations {
      #expect(!setting.help.isEmpty && setting.help.last != "." && !setting.defaultText.isEmpty)
      guard case let value = setting.json(in: RunConfiguration()), value != .null else { continue }
      #expect(setting.canonical(value) == value)
      var configuration = RunConfiguration()
      try configuration.set(setting.key, to: setting.defaultText)
      #expect(configuration == RunConfiguration(), "\(setting.key)")
    }
  }

  @Test func whatWasSetInCodeBeyondItsBoundsIsRefusedBeforeItIsUsed() {
    func refusal(_ change: (inout RunConfiguration) -> Void) -> String {
      var configuration = RunConfiguration()
      change(&configuration)
      let error = #expect(throws: ConfigurationError.self) { try configuration.resolved() }
      return error?.description ?? ""
    }
    #expect(
      refusal { $0.seed = -1 } == "seed is '-1': use a whole number from 0 to 9007199254740991")
    #expect(refusal { $0.steps = .max }.hasSuffix("from 1 to 1000000000"))
    #expect(refusal { $0.keepEvery = .max }.hasSuffix("from 0 to 1000000"))
    #expect(refusal { $0.warmupEpochs = 1e300 }.hasSuffix("from 0 to 1000000"))
    #expect(refusal { $0.learningRate = .infinity }.hasSuffix("use a number from 0 up"))
    #expect(refusal { $0.data = "" }.hasSuffix("use a folder"))
  }
}
