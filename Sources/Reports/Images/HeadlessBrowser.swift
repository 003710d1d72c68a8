import Foundation

/// A Chromium that draws pages without a window. It is given pages of this program alone, which load nothing.
public struct HeadlessBrowser: Sendable {
  /// The program.
  let path: String

  /// The variable that names a browser.
  public static let variable = "GNOMON_BROWSER"

  private static let names = [
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "microsoft-edge",
  ]
  private static let applications = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ]

  /// The browser that `GNOMON_BROWSER` names, by its path or as a program on `PATH`; without it the first of those that
  /// there usually are.
  ///
  /// - Parameter environment: the variables.
  /// - Throws: `ReportError.noBrowser`.
  public static func find(
    in environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(ReportError) -> HeadlessBrowser {
    let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    func program(_ name: String) -> String? {
      let places = name.contains("/") ? [name] : folders.map { "\($0)/\(name)" }
      return places.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
    if let name = environment[variable], !name.isEmpty {
      guard let path = program(name) else { throw .noBrowser(named: name) }
      return HeadlessBrowser(path: path)
    }
    guard let path = (names + applications).lazy.compactMap(program).first else {
      throw .noBrowser(named: nil)
    }
    return HeadlessBrowser(path: path)
  }

  /// The document that the page `html` has become after its scripts ran.
  func document(of html: String) throws -> String {
    try with(html) { page, folder in
      let output = folder.appendingPathComponent("document.html")
      // Scripts have that long, in milliseconds of the page's own clock.
      try run(
        ["--virtual-time-budget=20000", "--dump-dom", page.absoluteString], output, in: folder)
      return String(decoding: try Data(contentsOf: output), as: UTF8.self)
    }
  }

  /// The page `html` as the PDF that printing it makes.
  func print(_ html: String) throws -> Data {
    try with(html) { page, folder in
      let file = folder.appendingPathComponent("page.pdf")
      try run(
        [
          "--print-to-pdf=\(file.path)", "--no-pdf-header-footer", "--print-to-pdf-no-header",
          page.absoluteString,
        ], folder.appendingPathComponent("output.txt"), in: folder)
      guard let pdf = try? Data(contentsOf: file), pdf.starts(with: Data("%PDF".utf8)) else {
        throw ReportError.browserFailed(path: path, reason: "it wrote no PDF")
      }
      return pdf
    }
  }

  /// Hands on a file of `html` in a folder that is removed afterwards.
  private func with<Result>(
    _ html: String, _ body: (_ page: URL, _ folder: URL) throws -> Result
  ) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-image-\(UUID().uuidString)", isDirectory: true)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let page = folder.appendingPathComponent("page.html")
      try Data(html.utf8).write(to: page)
      return try body(page, folder)
    } catch let error as CocoaError {
      throw ReportError.browserFailed(path: path, reason: error.localizedDescription)
    }
  }

  private func run(_ arguments: [String], _ output: URL, in folder: URL) throws {
    let log = folder.appendingPathComponent("log.txt")
    for file in [output, log] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    let profile = folder.appendingPathComponent("profile").path
    process.arguments =
      ["--headless", "--disable-gpu", "--hide-scrollbars", "--user-data-dir=\(profile)"]
      // Chromium refuses to start for root with a sandbox.
      + (geteuid() == 0 ? ["--no-sandbox"] : []) + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: log)
    do {
      try process.run()
    } catch {
      throw ReportError.browserFailed(path: path, reason: "it does not start")
    }
    let deadline = Date(timeIntervalSinceNow: Self.patience)
    while process.isRunning {
      guard Date() < deadline else {
        process.terminate()
        throw ReportError.browserFailed(
          path: path, reason: "it was not done after \(Int(Self.patience)) seconds")
      }
      usleep(10_000)
    }
    guard process.terminationStatus == 0 else {
      let said = String(decoding: (try? Data(contentsOf: log)) ?? Data(), as: UTF8.self)
      let last = said.split(whereSeparator: \.isNewline).last.map(String.init)
      throw ReportError.browserFailed(
        path: path, reason: last ?? "it ended with code \(process.terminationStatus)")
    }
  }

  /// A busy machine takes long to start a browser; none takes minutes. In seconds.
  private static let patience = 120.0
}
