import Foundation
import Records
import RunStore
import Runs
import Torch

/// One run of a study: its place in the grid and its whole configuration.
public struct StudyRun: Sendable {
  /// Its name, readable settings and the hash: `strength-0.1_seed-0_3f9ac21b`.
  public let key: String
  /// Its value on each axis.
  public let settings: [String: JSONValue]
  /// The resolved configuration.
  public let configuration: RunConfiguration

  /// The run of a resolved configuration at a place of the grid.
  init(axes: [String], settings: [String: JSONValue], configuration: RunConfiguration) {
    self.settings = settings
    self.configuration = configuration
    key = StudyRun.key(axes: axes, settings: settings, configuration)
  }

  /// The same run with another number of threads, which is another run: bits depend on threads.
  func key(axes: [String], threads: Int) -> String {
    var configuration = configuration
    configuration.threads = threads
    return StudyRun.key(axes: axes, settings: settings, configuration)
  }

  /// What the run is without its seed: equal for runs that repeat each other.
  var settingsBesidesSeed: [String: JSONValue] { settings.filter { $0.key != "seed" } }

  private static func key(
    axes: [String], settings: [String: JSONValue], _ configuration: RunConfiguration
  ) -> String {
    let readable = axes.map { "\($0)-\(settings[$0]?.plainText ?? "")" }.joined(separator: "_")
    let safe = readable.map { character in
      character.isASCII && (character.isLetter || character.isNumber || "._+-".contains(character))
        ? character : "-"
    }
    // Names of files end at 255 bytes on every usual file system.
    return "\(String(safe.prefix(160)))_\(hash(of: configuration))"
  }

  /// Eight hexadecimal digits of everything that decides a run's figures: what the resolved configuration
  /// has beside the defaults, and the versions of the code, which change with a default.
  private static func hash(of configuration: RunConfiguration) -> String {
    // The members are plain values, which JSON can always hold.
    let json = (try? RunJSON.line(RunConfiguration.identity(of: configuration.json))) ?? Data()
    let versions = "gnomon \(PackageVersion.current) libtorch \(Runtime.version)\n"
    var hash = FNV1a(versions)
    json.withUnsafeBytes { hash.update($0) }
    return hash.eightDigits
  }
}
