import Augmentations
import Records
import Yams

/// One key of a configuration: how text becomes its value, and how its value is written.
///
/// The table of settings is the one place where a key is named. Configuration files, the flags of
/// the command line, a run's `config.yaml` and its summary all go through it.
struct Setting {
  let key: String
  let read: (RunConfiguration) -> JSONValue
  let write: (inout RunConfiguration, String) throws(ConfigurationError) -> Void
  /// How a mapping in a file becomes the value, where the key takes one.
  var writeMapping: ((inout RunConfiguration, Node) throws(ConfigurationError) -> Void)?
}

extension Setting {
  typealias Path<Value> = WritableKeyPath<RunConfiguration, Value>

  static func whole(_ key: String, _ path: Path<Int>, _ range: ClosedRange<Int>) -> Setting {
    Setting(key: key, read: { .integer($0[keyPath: path]) }) {
      (configuration, text) throws(ConfigurationError) in
      configuration[keyPath: path] = try parseWhole(key, text, range)
    }
  }

  static func whole(_ key: String, _ path: Path<Int?>, _ range: ClosedRange<Int>) -> Setting {
    Setting(key: key, read: { $0[keyPath: path].map(JSONValue.integer) ?? .null }) {
      (configuration, text) throws(ConfigurationError) in
      configuration[keyPath: path] = try parseWhole(key, text, range)
    }
  }

  static func real(_ key: String, _ path: Path<Double>, _ range: ClosedRange<Double>) -> Setting {
    Setting(key: key, read: { .double($0[keyPath: path]) }) {
      (configuration, text) throws(ConfigurationError) in
      configuration[keyPath: path] = try parseReal(key, text, range)
    }
  }

  static func real(_ key: String, _ path: Path<Double?>, _ range: ClosedRange<Double>) -> Setting {
    Setting(key: key, read: { $0[keyPath: path].map(JSONValue.double) ?? .null }) {
      (configuration, text) throws(ConfigurationError) in
      configuration[keyPath: path] = try parseReal(key, text, range)
    }
  }

  static func flag(_ key: String, _ path: Path<Bool>) -> Setting {
    Setting(key: key, read: { .bool($0[keyPath: path]) }) {
      (configuration, text) throws(ConfigurationError) in
      guard let value = Bool(text) else {
        throw ConfigurationError("\(key) is '\(text)': use true or false")
      }
      configuration[keyPath: path] = value
    }
  }

  static func text(_ key: String, _ path: Path<String>) -> Setting {
    Setting(key: key, read: { .string($0[keyPath: path]) }) { configuration, text in
      configuration[keyPath: path] = text
    }
  }

  static func text(_ key: String, _ path: Path<String?>) -> Setting {
    Setting(key: key, read: { $0[keyPath: path].map(JSONValue.string) ?? .null }) {
      configuration, text in configuration[keyPath: path] = text
    }
  }

  static func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ key: String, _ path: Path<Value>
  ) -> Setting {
    Setting(key: key, read: { .string($0[keyPath: path].rawValue) }) {
      (configuration, text) throws(ConfigurationError) in
      configuration[keyPath: path] = try parseChoice(key, text)
    }
  }

  static func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ key: String, _ path: Path<Value?>
  ) -> Setting {
    Setting(key: key, read: { $0[keyPath: path].map { .string($0.rawValue) } ?? .null }) {
      (configuration, text) throws(ConfigurationError) in
      let value: Value = try parseChoice(key, text)
      configuration[keyPath: path] = value
    }
  }

  static func policy(_ key: String, _ path: Path<PolicyChoice>) -> Setting {
    Setting(
      key: key, read: { $0[keyPath: path].json },
      write: { configuration, name in configuration[keyPath: path] = .named(name) },
      writeMapping: { (configuration, mapping) throws(ConfigurationError) in
        configuration[keyPath: path] = try PolicyChoice(describedBy: mapping)
      })
  }

  private static func parseWhole(
    _ key: String, _ text: String, _ range: ClosedRange<Int>
  ) throws(ConfigurationError) -> Int {
    guard let value = Int(text), range.contains(value) else {
      let bounds =
        range.upperBound == .max
        ? "from \(range.lowerBound) up" : "from \(range.lowerBound) to \(range.upperBound)"
      throw ConfigurationError("\(key) is '\(text)': use a whole number \(bounds)")
    }
    return value
  }

  private static func parseReal(
    _ key: String, _ text: String, _ range: ClosedRange<Double>
  ) throws(ConfigurationError) -> Double {
    guard let value = Double(text), range.contains(value) else {
      let bounds =
        range.upperBound == .infinity
        ? "from \(range.lowerBound) up" : "from \(range.lowerBound) to \(range.upperBound)"
      throw ConfigurationError("\(key) is '\(text)': use a number \(bounds)")
    }
    return value
  }

  private static func parseChoice<Value: RawRepresentable<String> & CaseIterable>(
    _ key: String, _ text: String
  ) throws(ConfigurationError) -> Value {
    if let value = Value(rawValue: text) { return value }
    let names = Value.allCases.map(\.rawValue)
    let hint = names.nearest(to: text).map { "did you mean '\($0)'? " } ?? ""
    throw ConfigurationError(
      "\(key) is '\(text)': \(hint)use one of \(names.joined(separator: ", "))")
  }
}

extension RunConfiguration {
  /// Every key, in the order they are written.
  static var settings: [Setting] {
    [
      .choice("dataset", \.dataset),
      .text("data", \.data),
      .whole("image_size", \.imageSize, 8...1024),
      .whole("train_count", \.trainCount, 2...Int.max),
      .whole("held_out_count", \.heldOutCount, 2...Int.max),
      .flag("strict", \.strict),
      .choice("encoder", \.encoder),
      .choice("stem", \.stem),
      .whole("width", \.width, 1...4096),
      .text("head", \.head),
      .flag("head_batch_norm", \.headBatchNorm),
      .text("objective", \.objective),
      .real("temperature", \.temperature, 1e-4...1e4),
      .text("schedule", \.schedule),
      .policy("policy", \.policy),
      .real("strength", \.strength, 0...2),
      .whole("epochs", \.epochs, 1...1_000_000),
      .whole("steps", \.steps, 1...Int.max),
      .whole("batch_size", \.batchSize, 2...1_000_000),
      .whole("views", \.views, 2...64),
      .whole("encoder_batch_size", \.encoderBatchSize, 1...1_000_000),
      .choice("optimizer", \.optimizer),
      .real("learning_rate", \.learningRate, 0...Double.infinity),
      .real("weight_decay", \.weightDecay, 0...1),
      .real("momentum", \.momentum, 0...1),
      .real("warmup_epochs", \.warmupEpochs, 0...1e6),
      .real("head_learning_rate_factor", \.headLearningRateFactor, 0...1e6),
      .real("head_weight_decay", \.headWeightDecay, 0...1),
      .real("head_momentum", \.headMomentum, 0...1),
      .real("head_warmup_epochs", \.headWarmupEpochs, 0...1e6),
      .whole("seed", \.seed, 0...Int.max),
      .text("device", \.device),
      .choice("precision", \.precision),
      .whole("threads", \.threads, 0...1024),
      .whole("checkpoint_every", \.checkpointEvery, 1...Int.max),
      .whole("keep", \.keep, 0...Int.max),
      .whole("keep_every", \.keepEvery, 0...1_000_000),
      .whole("measure_every", \.measureEvery, 0...1_000_000),
      .real("measure_budget", \.measureBudget, 0...100),
      .whole("log_every", \.logEvery, 1...Int.max),
      .whole("gap_steps", \.gapSteps, 0...1_000_000),
    ]
  }
}
