/// Something that reads bytes from outside.
struct FuzzedParser: Sendable {
  /// Its name, which is that of its corpus and of its dictionary.
  let name: String
  /// What memory it may take.
  let growth: MemoryGrowth
  /// Reads an input. What it throws is a refusal; a trap is a finding.
  let read: @Sendable ([UInt8]) throws -> Void

  init(
    _ name: String, _ growth: MemoryGrowth = .plain,
    _ read: @escaping @Sendable ([UInt8]) throws -> Void
  ) {
    self.name = name
    self.growth = growth
    self.read = read
  }

  /// All of them.
  static let all = [
    idx, cifar, cifarPickle, pickle, matlab, numPyArray, numPyArchive, shard, safeTensors,
    checkpoint,
    checkpointPickle, packed, images, configuration, study, formula, events, checkpointRecord,
    runRecords,
  ]
}
