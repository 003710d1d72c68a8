import Foundation
import Runs
import Torch

/// A study and its folder, found from what a user names: a study file, or a study's folder.
public struct StudyPlace {
  /// The study.
  public let study: Study
  /// Where its runs are, or will be.
  public let folder: StudyFolder

  /// Finds a study.
  ///
  /// - Parameters:
  ///   - path: a study file, or a folder that has a `study.yaml`.
  ///   - output: the folder; nil for the named one, or for `studies/NAME`, `studies/NAME-quick` if quick.
  ///   - isQuick: whether to take the smaller study. One that was started so stays so in its folder.
  ///   - assignments: settings that take the place of the file's, and have a folder of their own.
  ///   - threads: threads of each run, where the file does not say.
  ///   - device: what the machines that make the runs have, where these are others; nil for this machine's.
  /// - Throws: `StudyFileError`, `StudyError.notAStudy`, `.isAStudyFolder` and `.hasItsSettings`, and `RunStoreError` for an unreadable record.
  public init(
    _ path: String, output: String?, isQuick: Bool,
    assignments: StudyAssignments = StudyAssignments([]), threads: Int, device: Device? = nil
  ) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else {
      study = try Study(
        path: path, isQuick: isQuick, assignments: assignments, threads: threads, device: device)
      let name = isQuick ? "\(study.name)-quick" : study.name
      folder = StudyFolder(path: output ?? "studies/\(name)")
      return
    }
    folder = StudyFolder(path: path)
    guard FileManager.default.fileExists(atPath: folder.file.path) else {
      throw StudyError.notAStudy(path: path)
    }
    guard output == nil else {
      throw StudyError.isAStudyFolder(path: path)
    }
    guard assignments.isEmpty else { throw StudyError.hasItsSettings(path: path) }
    let wasQuick = try folder.readRecord()?.isQuick ?? false
    study = try Study(
      path: folder.file.path, isQuick: isQuick || wasQuick, threads: threads, device: device)
  }
}
