import Records
import Runs

/// What is wrong with a study file, and where.
public struct StudyFileError: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// It cannot be read.
    case unreadable
    /// It is no YAML.
    case notYAML(reason: String)
    /// It holds something other than keys with values.
    case notAMapping
    /// Its smaller study is asked for, and it has none.
    case noQuick
    /// A key that is not known at its place, where `known` are.
    case unknownKey(String, place: String, known: [String])
    /// A configuration key has a value that it does not take.
    case setting(place: String, ConfigurationError)
    /// A run of the grid, named by its settings, cannot be configured.
    case run(String, ConfigurationError)
    /// Anything else about what it says, as a phrase.
    case malformed(String)
  }

  /// The file.
  public let source: String
  /// The line, from 1, where it is one line's fault.
  public let line: Int?
  /// What is wrong.
  public let problem: Problem

  init(_ source: String, line: Int? = nil, _ problem: Problem) {
    self.source = source
    self.line = line
    self.problem = problem
  }
}

extension StudyFileError: CustomStringConvertible {
  /// What is wrong and where, in one line.
  public var description: String {
    switch problem {
    case .unreadable: "cannot read the study file \(source)"
    case .notYAML(let reason): "\(source) is not YAML: \(reason)"
    case .notAMapping: "\(source) is not a mapping of keys to values"
    case .noQuick: "\(source) has no 'quick'"
    case .unknownKey(let key, let place, let known):
      "\(position): \(place): unknown key '\(key)'"
        + (known.nearest(to: key).map { "; did you mean '\($0)'?" } ?? list(known))
    case .setting(let place, let error): "\(position): \(place): \(error)"
    case .run(let settings, let error): "\(position): the run with \(settings): \(error)"
    case .malformed(let phrase): "\(position): \(phrase)"
    }
  }

  /// The file and the line: `study.yaml, line 3`.
  public var position: String { source + (line.map { ", line \($0)" } ?? "") }

  /// More names than these are no help on one line.
  private func list(_ known: [String]) -> String {
    known.count > 12 ? "" : "; use \(known.joined(separator: ", "))"
  }
}
