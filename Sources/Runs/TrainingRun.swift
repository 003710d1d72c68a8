import Augmentations
import Contrastive
import Datasets
import Foundation
import Measures
import Records
import RunStore
import Torch
import TorchNN
import Training

/// One run from its configuration to its summary: data, views, steps, checkpoints, measurements.
public final class TrainingRun {
  /// The resolved configuration.
  public let configuration: RunConfiguration
  /// The run's files.
  public let folder: RunFolder
  /// What the user should know of how the run begins: what was taken from the file of `init`, and which settings have no effect.
  public private(set) var notes: [String] = []
  /// What records how long the parts of steps, and what is between them, take; nil where nothing does.
  public var profile: StepProfile? {
    didSet { trainer.profile = profile }
  }
  let splits: DatasetSplits
  let trainer: Trainer
  /// The group of processes that work on the run; nil for this one alone.
  let processes: ProcessGroup?
  /// How many of the processes share this machine's cores: while rank 0 measures and the others wait, it takes the threads of all.
  public var processesHere = 1
  private let policy: PolicyPair
  let checkpoints: CheckpointFolder
  /// Held until the run ends or is stopped.
  private var lock: FileLock?
  var step = 0
  private var progress = RunProgress()

  /// A new run that writes into `folder`.
  ///
  /// - Parameters:
  ///   - configuration: what to train, and how.
  ///   - folder: where to write; there must be no run yet.
  ///   - seconds: how long to wait for another process that is about to leave the folder.
  ///   - processes: the group that works on the run, each process with a run of its own; all but that of rank 0 leave the folder alone.
  /// - Throws: `ConfigurationError`, `DatasetError`, `RunError.outputExists` or `RunError.outputIsFile`; then nothing has been written.
  ///   `RunStoreError.inUse` when another process has just begun there.
  public convenience init(
    _ configuration: RunConfiguration, folder: RunFolder, waitingFor seconds: Double = 0,
    processes: ProcessGroup? = nil
  ) throws {
    let isWriter = processes.map { $0.rank == 0 } ?? true
    guard !isWriter || !folder.isFile else { throw RunError.outputIsFile(path: folder.url.path) }
    guard !isWriter || folder.isUnused else {
      throw RunError.outputExists(path: folder.url.path)
    }
    try self.init(
      resolved: configuration.resolved(), folder: folder, begins: true, processes: processes)
    notes += configuration.idleSettings
    guard isWriter else { return }
    try folder.create()
    lock = try folder.lock(waitingFor: seconds)
    // Another process may have been quicker.
    guard folder.isUnused else { throw RunError.outputExists(path: folder.url.path) }
    try AtomicFile.write(Data(self.configuration.yaml.utf8), to: folder.config)
  }

  /// A run that continues from its newest readable checkpoint, under its own configuration. One that
  /// was stopped before its first checkpoint begins again.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - seconds: how long to wait for another process that is about to leave the run.
  ///   - processes: the group that works on the run.
  ///   - warn: gets a line for each newer checkpoint that is damaged.
  /// - Throws: `RunError` when there is no run or no readable checkpoint, `RunStoreError.inUse` when
  ///   another process works on it, and what a new run throws.
  public convenience init(
    resuming folder: RunFolder, waitingFor seconds: Double = 0, processes: ProcessGroup? = nil,
    warn: (String) -> Void
  ) throws {
    guard folder.hasConfiguration else {
      throw RunError.notARun(path: folder.url.path)
    }
    if let processes, processes.rank > 0 {
      // Step and weights come from rank 0.
      try self.init(
        resolved: RunConfiguration(of: folder).resolved(), folder: folder, begins: false,
        processes: processes)
      return
    }
    let lock = try folder.lock(waitingFor: seconds)
    let checkpoints = CheckpointFolder(folder: folder)
    if checkpoints.isEmpty {
      if checkpoints.newestStep != nil {
        warn("no checkpoint of \(folder.url.path) was written to its end: the run begins again")
      }
      let configuration = try RunConfiguration(of: folder)
      try self.init(
        resolved: configuration.resolved(), folder: folder, begins: true, processes: processes)
      try folder.create()
    } else {
      try self.init(reading: folder, processes: processes, warn: warn)
    }
    self.lock = lock
  }

  /// A run at its newest readable checkpoint, to be looked at: nothing in its folder is changed.
  convenience init(
    reading folder: RunFolder, processes: ProcessGroup? = nil, warn: (String) -> Void
  ) throws {
    guard folder.hasConfiguration else {
      throw RunError.notARun(path: folder.url.path)
    }
    let configuration = try RunConfiguration(of: folder)
    let (checkpoint, damaged) = try CheckpointFolder(folder: folder).readNewest()
    for message in damaged { warn("\(message); going on from step \(checkpoint.record.step)") }
    try self.init(
      resolved: configuration.resolved(), folder: folder, begins: false, processes: processes)
    do {
      try trainer.load(checkpoint.tensors, step: checkpoint.record.step)
    } catch {
      throw RunError.damagedCheckpoint(path: folder.checkpoints.path, reason: "\(error)")
    }
    step = checkpoint.record.step
    progress = checkpoint.record.progress
    if let before = progress.trainingImages, before != splits.train.count {
      throw RunError.dataChanged(
        path: folder.url.path, images: splits.train.count, before: before)
    }
  }

  private init(
    resolved configuration: RunConfiguration, folder: RunFolder, begins: Bool,
    processes: ProcessGroup?
  ) throws {
    self.configuration = configuration
    self.folder = folder
    self.processes = processes
    if let size = processes?.size, !configuration.batchSize.isMultiple(of: size) {
      throw RunError.unevenShares(batchSize: configuration.batchSize, processes: size)
    }
    Runtime.threads = configuration.threads
    Runtime.keepLargeBlocks()
    policy = try configuration.augmentationPolicy()
    splits = try configuration.loadData()
    var notes: [String] = []
    trainer = try configuration.makeTrainer(
      readsInitialWeights: begins, processes: processes
    ) { notes.append($0) }
    self.notes = notes
    checkpoints = CheckpointFolder(folder: folder)
    if needsLabels && (splits.train.labels.isEmpty || splits.heldOut.labels.isEmpty) {
      throw ConfigurationError.noLabels(configuration.objective, configuration.dataset)
    }
    if splits.heldOut.count == 1 && !configuration.figures.measures.isEmpty {
      throw ConfigurationError.oneHeldOutImage(configuration.dataset)
    }
    guard stepsPerEpoch > 0 else {
      throw ConfigurationError.batchTooLarge(
        batchSize: configuration.batchSize, images: splits.train.count)
    }
    if let leftOut = measuredModel.leftOut { self.notes.append(leftOut) }
  }

  /// Trains to the end, measures, and writes the summary.
  ///
  /// - Parameters:
  ///   - shouldStop: asked after every step; of several processes all stop when one is to.
  ///   - report: told what happens.
  /// - Throws: `RunError.nonFiniteLoss`, `RunError.lostProcess`, and `RunStoreError` or `TensorBoardLogError` when a file cannot be written; checkpoints
  ///   written before stay.
  public func run(
    shouldStop: () -> Bool = { false }, report: (Event) -> Void = { _ in }
  ) throws -> Outcome {
    if isWriter && lock == nil { lock = try folder.lock() }
    defer { lock = nil }
    if isWriter {
      for line in splits.leftOutLines(listedIn: folder.skippedFiles.path) { report(.warning(line)) }
    }
    let files =
      isWriter ? try RunFiles(of: folder, splits, log: configuration.log, from: step) : nil
    defer { files?.close() }

    try meet()
    let views = viewSource
    if isWriter, let sheet = try writeContactSheet() { try files?.log?.write(sheet) }
    let model = measuredModel
    let measures = configuration.figures.measures
    let plan = MeasurementPlan(
      configuration, stepsPerEpoch: stepsPerEpoch, heldOutCount: splits.heldOut.count)
    if isWriter, let message = plan.message(configuration) { report(.warning(message)) }
    let rates = learningRates
    let further = furtherBatches(from: views)
    var meter = RateMeter()
    var wallStart = ContinuousClock.now
    var order: (epoch: Int, batches: [ArraySlice<Int>])?

    while step < totalSteps {
      let epoch = step / stepsPerEpoch
      if order?.epoch != epoch {
        order = (epoch, try batches(of: epoch))
        views.willNeed(try upcoming)
      }
      guard let samples = order?.batches[step % stepsPerEpoch] else { break }
      let rate = rates.encoder.learningRate(at: step)

      profile?.beginStep()
      meter.start()
      let batch = profile.span(.views, cost: { .writing($0.images) }) {
        views.batch(
          of: share(of: samples), epoch: epoch, views: configuration.views, withLabels: needsLabels)
      }
      try checkReading(files, report)
      let result = try shared {
        try trainer.step(
          on: batch, learningRate: rate, headLearningRate: rates.head.learningRate(at: step),
          measuresUpdate: isWriter && isLogged(step + 1), further: further.batch)
      }
      step += 1
      progress.goOn(with: processes?.size ?? 1, configuration.processBatchNorm)
      meter.stop(views: samples.count * configuration.views)
      progress.loss = result.loss

      if let files, isLogged(step) {
        try profile.span(.log) {
          let record = record(
            result, learningRate: rate, viewsPerSecond: meter.takeRecentRate())
          try files.metrics.append(record)
          try files.log?.write(record)
        }
      }
      profile?.endStep()
      report(.step(stepReport(loss: result.loss, viewsPerSecond: meter.rate)))

      let stopping = try isAnyToStop(shouldStop()) && step < totalSteps
      let epochsDone = step.isMultiple(of: stepsPerEpoch) ? step / stepsPerEpoch : nil
      if let files, let epochsDone, step < totalSteps, plan.measures(epoch: epochsDone) {
        report(.measuring(epoch: epochsDone, isLast: false))
        let layers = try files.reading.checking({ report(.warning($0)) }) {
          try profile.span(.measuring) {
            try onThreadsOfAll { try model.figures(.light(samples: plan.samples), by: measures) }
          }
        }
        try append(layers, to: files.geometry)
        try files.log?.write(layers, step: step)
      }
      let isDue = epochsDone?.isMultiple(of: configuration.checkpointEvery) ?? false
      if let files, isDue || stopping || step == totalSteps {
        progress.add(meter, wall: wallStart)
        meter = RateMeter()
        wallStart = .now
        try profile.span(.checkpoint) { try writeCheckpoint(files) }
      }
      if stopping { return .interrupted(step: step) }
    }
    guard let files else { return .followed }

    if shouldStop() { return .interrupted(step: step) }
    report(.measuring(epoch: totalEpochs, isLast: true))
    let layers = try files.reading.checking({ report(.warning($0)) }) {
      try profile.span(.measuring) {
        try onThreadsOfAll { try model.figures(.full, by: measures) }
      }
    }
    report(.measured)
    // A process that was killed here has left these lines already.
    try files.geometry.truncate(afterStep: totalSteps - 1)
    try append(layers, to: files.geometry)
    try files.log?.write(layers, step: step)
    if let log = files.log {
      let embeddings = try model.heldOutEmbeddings(atMost: TensorBoardRunLog.pointLimit)
      try log.write(embeddings, of: splits.heldOut)
    }
    if configuration.keepEmbeddings {
      try EmbeddingMap(
        model, of: splits.heldOut, name: folder.name, step: step, epoch: epochsDone,
        atMost: EmbeddingMap.usualPoints
      ).write(to: folder.embeddings)
    }
    progress.add(meter, wall: wallStart)
    let summary = summary(layers)
    try folder.write(summary)
    return .finished(summary)
  }
}

extension TrainingRun {
  /// What measures this run's layers.
  var measuredModel: MeasuredModel {
    // τ as it stands, where it is learned.
    let softmax = trainer.objective.base.softmax.map {
      PairSoftmax(temperature: $0.temperature, batchSize: configuration.batchSize)
    }
    var model = MeasuredModel(
      encoder: trainer.encoder, head: trainer.objective.head, splits: splits, policy: policy,
      policyChoice: configuration.policy, softmax: softmax,
      seed: configuration.measurementSeed, device: trainer.device, layers: configuration.layers)
    model.hasControls = configuration.controls
    model.untrained = { [configuration] in
      // Without the file of `init`, if it is gone by now, there is nothing to compare with.
      guard let trainer = try? configuration.makeTrainer(readsInitialWeights: true) else {
        return nil
      }
      return (trainer.encoder, trainer.objective.head)
    }
    return model
  }

  /// Views of the training images.
  var viewSource: ViewSource {
    ViewSource(
      splits.train, policy: policy, seed: configuration.viewSeed, device: trainer.device)
  }

  /// The learning rates of encoder and head.
  var learningRates: (encoder: CosineSchedule, head: CosineSchedule) {
    (
      configuration.learningRates(stepsPerEpoch: stepsPerEpoch, totalSteps: totalSteps),
      configuration.headLearningRates(stepsPerEpoch: stepsPerEpoch, totalSteps: totalSteps)
    )
  }

  /// This process' share of batches of the head's own.
  func furtherBatches(from views: ViewSource) -> FurtherBatches {
    FurtherBatches(from: views, configuration, withLabels: needsLabels, share: share)
  }

  var stepsPerEpoch: Int { splits.train.count / configuration.batchSize }

  var totalSteps: Int { configuration.steps ?? configuration.epochs * stepsPerEpoch }

  private func isLogged(_ step: Int) -> Bool {
    step % configuration.logEvery == 0 || step == 1 || step == totalSteps
  }

  private var totalEpochs: Int { (totalSteps + stepsPerEpoch - 1) / stepsPerEpoch }

  var epochsDone: Double { Double(step) / Double(stepsPerEpoch) }

  func batches(of epoch: Int) throws -> [ArraySlice<Int>] {
    try EpochOrder(count: splits.train.count, seed: configuration.orderSeed, epoch: epoch)
      .batches(of: configuration.batchSize)
  }

  /// This process' samples of the steps from now to the end of the epoch, and of the first steps of the next.
  var upcoming: [Int] {
    get throws {
      let (epoch, done) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
      let now = try batches(of: epoch).dropFirst(done)
      let then = try batches(of: epoch + 1).prefix(4)
      let left = max(0, totalSteps - step)
      return (now + then).prefix(left).flatMap(share)
    }
  }

  private func writeCheckpoint(_ files: RunFiles) throws {
    // Lines on disk before the checkpoint: a resume never finds one without its history.
    try files.synchronize()
    let state = trainer.state
    guard state.values.allSatisfy({ !$0.dtype.isFloatingPoint || $0.isFinite }) else {
      throw RunError.nonFiniteWeights(step: step, lastCheckpoint: checkpoints.newestStep)
    }
    progress.trainingImages = splits.train.count
    try checkpoints.write(
      state, step: step, progress: progress,
      retention: .init(
        newest: configuration.keep, everySteps: configuration.keepEvery * stepsPerEpoch))
  }

  /// Rows of training images: as they are, then pairs of views of the first epochs.
  ///
  /// - Returns: the sheet, where it was not there yet.
  private func writeContactSheet() throws -> ContactSheetFile? {
    guard !FileManager.default.fileExists(atPath: folder.views.path) else { return nil }
    let views = (0..<4).flatMap { epoch in
      (0..<2).map { view in
        ContactSheet.Column.policy(
          policy[view], label: "epoch \(epoch), view \(view)", epoch: epoch, view: view,
          seed: configuration.viewSeed)
      }
    }
    let sheet = try ContactSheet(
      of: 0..<min(6, splits.train.count), in: splits.train, columns: [.original] + views,
      side: splits.train.height)
    let png = Data(
      try PNGImage.encode(rgb: sheet.pixels, width: sheet.width, height: sheet.height))
    try AtomicFile.write(png, to: folder.views)
    return ContactSheetFile(png: png, width: sheet.width, height: sheet.height)
  }

  private func append(_ layers: [LayerFigures], to geometry: JSONLinesFile) throws {
    for figures in layers {
      try geometry.append(GeometryRecord(step: step, epoch: epochsDone, figures: figures))
    }
  }

  private func record(
    _ result: Trainer.Step, learningRate: Double, viewsPerSecond: Double
  ) -> MetricRecord {
    let objective = trainer.objective.base
    let views = configuration.views
    let softmax = objective.softmax
    let statistics = ContrastiveStatistics(
      of: result.z, views: views, temperature: softmax?.temperature,
      similarity: softmax?.similarity ?? .cosine)
    var extra: [String: Double] = [:]
    extra["best_response_gap"] = bestResponseGap
    extra["head_penalty"] = result.penalty
    extra["update_encoder"] = result.encoderUpdate
    extra["update_head"] = result.headUpdate
    extra["temperature"] = softmax?.temperature
    extra["mutual_information_bound"] = trainer.objective.mutualInformationBound(
      loss: result.loss - (result.penalty ?? 0), samples: result.z.size(0) / views, views: views)
    return MetricRecord(
      step: step, epoch: epochsDone, loss: result.loss, learningRate: learningRate,
      viewsPerSecond: viewsPerSecond, contrastiveTop1: statistics.top1,
      meanPositiveCosine: statistics.meanPositiveCosine,
      meanNegativeCosine: statistics.meanNegativeCosine,
      softmaxEntropy: statistics.softmaxEntropy,
      extra: extra)
  }

  /// Looks for images that could not be read.
  private func checkReading(_ files: RunFiles?, _ report: (Event) -> Void) throws {
    if let files {
      try files.reading.check { report(.warning($0)) }
    } else if splits.areStreamed {
      try splits.checkReading()
    }
  }

  var needsLabels: Bool { trainer.objective.base.needsLabels }

  /// The head's gap on one held-out batch, always the same; measured for the first line of each epoch.
  private var bestResponseGap: Double? {
    let interval = configuration.logEvery
    // The line before is of step 1 or of a multiple of the interval.
    let previous = step == 1 ? nil : max(1, (step - 1) / interval * interval)
    let isFirstOfEpoch =
      previous.map { ($0 - 1) / stepsPerEpoch != (step - 1) / stepsPerEpoch } ?? true
    guard configuration.gapSteps > 0, isFirstOfEpoch,
      splits.heldOut.count >= trainer.objective.base.minimumSamples
    else { return nil }
    let source = ViewSource(
      splits.heldOut, policy: policy, seed: configuration.measurementSeed, device: trainer.device)
    let batch = source.batch(
      of: 0..<min(configuration.batchSize, splits.heldOut.count), epoch: 0,
      views: configuration.views, withLabels: needsLabels)
    return trainer.bestResponseGap(
      on: batch, steps: configuration.gapSteps,
      learningRate: configuration.learningRate * configuration.headLearningRateFactor)
  }

  private func stepReport(loss: Double, viewsPerSecond: Double) -> StepReport {
    StepReport(
      step: step, totalSteps: totalSteps, epoch: (step - 1) / stepsPerEpoch + 1,
      totalEpochs: totalEpochs, loss: loss, viewsPerSecond: viewsPerSecond)
  }

  private func summary(_ layers: [LayerFigures]) -> RunSummary {
    RunSummary(
      name: folder.name, config: configuration.json, epochs: epochsDone, steps: step,
      finalLoss: progress.loss, wallSeconds: progress.wallSeconds,
      viewsPerSecond: progress.trainingSeconds > 0
        ? Double(progress.timedSteps * configuration.views * configuration.batchSize)
          / progress.trainingSeconds
        : nil,
      conventions: progress.conventions, layers: layers)
  }
}
