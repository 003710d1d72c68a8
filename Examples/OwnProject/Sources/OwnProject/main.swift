import Gnomon

let data = DatasetSplits(
  train: stripes("training", count: 1500, seed: 1),
  heldOut: stripes("held out", count: 300, seed: 2))
let encoder = SmallEncoder()
let objective = HeadedObjective(
  head: .mlp(hidden: [64], output: 32), inputs: encoder.outputDimension,
  base: InfoNCE(temperature: 0.2))
let trainer = Trainer(encoder: encoder, objective: objective)
let policy = PolicyPair(.simCLR(strength: 0.5))
let views = ViewSource(data.train, policy: policy, seed: 0, device: .cpu)
for epoch in 0..<4 {
  var losses: [Double] = []
  for batch in try EpochOrder(count: data.train.count, seed: 0, epoch: epoch).batches(of: 100) {
    losses.append(
      try trainer.step(on: views.views(of: batch, epoch: epoch), learningRate: 1e-3).loss)
  }
  print("epoch", epoch, "loss", losses.reduce(0, +) / Double(losses.count))
}

let model = MeasuredModel(
  encoder: encoder, head: objective.head, splits: data, policy: policy, policyChoice: "simclr")
for layer in try model.figures(.full) {
  print(layer.layer, "linear accuracy", layer["linear_top1"] ?? .nan)
}
