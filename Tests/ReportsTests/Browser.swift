import Foundation
import Testing

/// A headless Chromium, where one is installed.
enum Browser {
  /// What a page came to at one width.
  struct Findings: Decodable {
    struct Chart: Decodable {
      let traces: Int
      let maps: Int
      /// Texts that reach over an edge of the chart.
      let clipped: [String]
      /// The labels along both axes that can be seen.
      let labels: Set<String>
    }
    /// The width of the window, in CSS pixels.
    let width: Int
    /// The width that the content needs.
    let scrollWidth: Int
    /// Charts by their identifier.
    let charts: [String: Chart]
    let strokes: Set<String>
    let failed: Int
    /// The first cell of each row of the sortable table, as it is and after each click on its heads.
    let orders: [[String]]
  }

  static let path: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let names = ["chromium", "chromium-browser", "google-chrome"]
    return names.flatMap { name in folders.map { "\($0)/\(name)" } }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// What the browser makes of the page at each of `widths`, and what it complains of.
  static func render(
    _ page: URL, widths: [Int], dark: Bool, in folder: URL
  ) throws -> (findings: [Findings], log: String) {
    // A window cannot be as narrow as a telephone's, a frame can.
    let wrapper = folder.appendingPathComponent("wrapper.html")
    let frames = widths.map {
      "<iframe src='\(page.absoluteString)' style='width:\($0)px;height:900px;border:0'></iframe>"
    }
    let document = """
      <!DOCTYPE html><meta charset="utf-8"><meta name="color-scheme" content="light dark">
      \(frames.joined())<pre></pre><script>\(script)</script>
      """
    try Data(document.utf8).write(to: wrapper)
    let output = folder.appendingPathComponent("document.html")
    let log = folder.appendingPathComponent("log.txt")
    for file in [output, log] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(path))
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
      "--allow-file-access-from-files",
      "--user-data-dir=\(folder.appendingPathComponent("profile").path)",
      "--blink-settings=preferredColorScheme=\(dark ? 0 : 1)",
      "--virtual-time-budget=12000", "--dump-dom", wrapper.absoluteString,
    ]
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
    process.waitUntilExit()
    let dumped = try String(contentsOf: output, encoding: .utf8)
    let encoded = try #require(Page.content(of: "<pre>", in: dumped))
    let complaints = String(decoding: try Data(contentsOf: log), as: UTF8.self)
    let json = try #require(Data(base64Encoded: String(encoded)))
    try #require(!json.isEmpty, "\(complaints.suffix(2000))")
    return (try JSONDecoder().decode([Findings].self, from: json), complaints)
  }

  private static let script = """
    const texts = (chart) => {
      const box = chart.getBoundingClientRect();
      return [...chart.querySelectorAll("svg text")].filter((text) => {
        const { left, right, top, bottom, width } = text.getBoundingClientRect();
        return width && (left < box.left - 1 || right > box.right + 1
          || top < box.top - 1 || bottom > box.bottom + 1);
      }).map((text) => text.textContent);
    };
    const order = (page) =>
      [...page.querySelectorAll(".sortable tbody tr")].map((row) => row.cells[0].textContent);
    const findings = (frame) => {
      const page = frame.contentDocument;
      const charts = {};
      for (const chart of page.querySelectorAll(".chart")) {
        charts[chart.id] = {
          traces: chart.querySelectorAll(".trace.scatter").length,
          maps: chart.querySelectorAll(".hm").length,
          clipped: texts(chart),
          labels: [...chart.querySelectorAll(".xtick text, .ytick text")].filter((text) =>
            text.getBoundingClientRect().width && getComputedStyle(text).opacity !== "0"
              && getComputedStyle(text).visibility !== "hidden"
          ).map((text) => text.textContent),
        };
      }
      const strokes = [...page.querySelectorAll(".js-line")].map((line) => line.style.stroke);
      const found = {
        width: frame.contentWindow.innerWidth,
        scrollWidth: page.documentElement.scrollWidth,
        charts,
        strokes: [...new Set(strokes)],
        failed: page.querySelectorAll(".chart-error").length,
        orders: [order(page)],
      };
      for (const button of page.querySelectorAll(".sortable thead button")) {
        for (let clicks = 0; clicks < 2; clicks += 1) {
          button.click();
          found.orders.push(order(page));
        }
      }
      return found;
    };
    addEventListener("load", () => setTimeout(() => {
      const all = [...document.querySelectorAll("iframe")].map(findings);
      const bytes = new TextEncoder().encode(JSON.stringify(all));
      document.querySelector("pre").textContent =
        btoa([...bytes].map((byte) => String.fromCharCode(byte)).join(""));
    }, 3000));
    """
}
