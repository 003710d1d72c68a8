import Foundation

/// The table of a study's runs: a row a run, a column a varied setting or a figure.
struct StudyRunsTable {
  struct Column {
    let title: String
    /// The name in the files.
    let key: String
    let isSetting: Bool
    /// The numbers by which the column is sorted; `nil` for one of texts.
    let numbers: [Double?]?
    let texts: [String?]
  }

  let columns: [Column]

  private static let figures = ["linear_top1", "knn_top1", "effective_rank", "invariance"]

  init(of study: ReportedStudy) {
    let runs = study.runs
    var columns = study.record.axes.map { axis in
      let values = runs.map { $0.record.settings[axis.key] }
      let numbers = values.map { $0?.doubleValue }
      let isNumeric = zip(values, numbers).allSatisfy { $0 == nil || $1 != nil }
      return Column(
        title: axis.key, key: axis.key, isSetting: true, numbers: isNumeric ? numbers : nil,
        texts: values.map(StudyText.setting))
    }
    columns.append(
      Column(
        title: "State", key: "status", isSetting: false, numbers: nil,
        texts: runs.map(Self.state)))
    for key in Self.figures {
      let entry = study.catalogue.entry(key)
      for layer in ["h", "z"] {
        let values = runs.map { $0.summary?.layers[layer]?[key] }
        columns.append(
          Column(
            title: "\(entry.name), \(layer)", key: "\(key).\(layer)", isSetting: false,
            numbers: values, texts: entry.form.texts(values)))
      }
    }
    let losses = runs.map { $0.summary?.finalLoss }
    let times = runs.map { $0.summary?.wallSeconds }
    columns += [
      Column(
        title: "Final loss", key: "final_loss", isSetting: false, numbers: losses,
        texts: Numerals.aligned(losses, decimals: 3)),
      Column(
        title: "Time", key: "wall_seconds", isSetting: false, numbers: times,
        texts: times.map { $0.map(Numerals.duration) }),
    ]
    self.columns = columns.filter { column in column.texts.contains { $0 != nil } }
  }

  private static func state(of run: ReportedStudy.Run) -> String {
    if run.record.status == .finished && run.summary == nil {
      return run.failure == nil ? "finished, no figures" : "unreadable"
    }
    return run.record.status.rawValue
  }
}
