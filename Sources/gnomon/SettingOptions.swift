import ArgumentParser
import Runs

/// Which settings a command takes as options.
protocol SettingScope {
  static var settings: [any SettingDeclaration] { get }
}

/// Every setting of a run.
enum AllSettings: SettingScope {
  static var settings: [any SettingDeclaration] { RunConfiguration.declarations }
}

/// Settings as options, made from their declarations: `image_size` is `--image-size`, a flag can be turned off by
/// `--no-` before its name. Values are text here: the configuration reads them, from a file or from the
/// command line alike.
///
/// ArgumentParser finds a type's options by reflection and fills them by decoding; both are done here by the
/// key of a setting where a struct would have a property.
struct SettingOptions<Scope: SettingScope>: ParsableArguments, CustomReflectable {
  private enum Item {
    case text(Option<String?>)
    case flag(Flag<Bool?>)
  }

  private struct Key: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(stringValue: String) { self.stringValue = stringValue }

    init?(intValue: Int) { nil }
  }

  private let items: [(key: String, item: Item)]

  init() {
    items = Scope.settings.map { setting in
      let name = NameSpecification.customLong(setting.optionName)
      let help = ArgumentHelp(setting.optionHelp, discussion: setting.optionDiscussion)
      let item: Item =
        setting.form == .flag
        ? .flag(Flag(name: name, inversion: .prefixedNo, help: help))
        : .text(
          Option(
            name: name, parsing: setting.parsing, help: help, completion: setting.completion))
      return (setting.key, item)
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    items = try Scope.settings.map { setting in
      let key = Key(stringValue: setting.key)
      let item: Item =
        setting.form == .flag
        ? .flag(try container.decode(Flag<Bool?>.self, forKey: key))
        : .text(try container.decode(Option<String?>.self, forKey: key))
      return (setting.key, item)
    }
  }

  var customMirror: Mirror {
    let children: [Mirror.Child] = items.map { key, item in
      switch item {
      case .text(let option): (label: key, value: option)
      case .flag(let flag): (label: key, value: flag)
      }
    }
    return Mirror(self, children: children, displayStyle: .struct)
  }

  /// What was given, as keys and texts of a configuration.
  var given: [(key: String, text: String)] {
    items.compactMap { key, item in
      let text =
        switch item {
        case .text(let option): option.wrappedValue
        case .flag(let flag): flag.wrappedValue.map(String.init)
        }
      return text.map { (key, $0) }
    }
  }
}

extension SettingDeclaration {
  /// The option's name without its hyphens in front.
  var optionName: String { key.replacing("_", with: "-") }

  fileprivate var optionHelp: String {
    let values = valuesInHelp.map { "\($0); " } ?? ""
    return "\(help) (\(values)default: \(defaultText))."
  }

  /// A notation takes lines of its own; that a flag is one is plain, and so is a folder.
  private var valuesInHelp: String? {
    switch form {
    case .flag, .folder, .file, .notation: nil
    case .whole, .real, .choice: form.phrase
    }
  }

  fileprivate var optionDiscussion: String? {
    guard case .notation(let forms) = form else { return nil }
    return "\(forms)."
  }

  /// A number may be negative by mistake: its refusal says more than that a value is missing.
  fileprivate var parsing: SingleValueParsingStrategy {
    switch form {
    case .whole, .real: .unconditional
    case .flag, .choice, .folder, .file, .notation: .next
    }
  }

  fileprivate var completion: CompletionKind {
    switch form {
    case .choice(let names): .list(names)
    case .folder: .directory
    case .file: .file()
    case .flag, .whole, .real, .notation: .default
    }
  }
}

extension RunConfiguration {
  /// A configuration file's settings, or the defaults, and over them what options gave.
  init(file: String?, options: [(key: String, text: String)]) throws {
    self = try file.map { path in try RunConfiguration(path: path) } ?? RunConfiguration()
    for (key, text) in options {
      do throws(ConfigurationError) {
        try set(key, to: text)
      } catch {
        throw Failure.usage(error.line(forOption: key))
      }
    }
  }
}
