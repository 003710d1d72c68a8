import Pickle

extension FuzzedParser {
  /// Pickles by themselves, one after the other, with every name allowed.
  static let pickle = FuzzedParser("pickle") { input in
    for cutsCycles in [false, true] {
      var unpickler = Unpickler(
        input, instructionLimit: 100_000, cutsCycles: cutsCycles, allowing: { _ in true })
      while unpickler.position < input.count {
        guard (try? unpickler.next()) != nil else { break }
      }
    }
  }
}
