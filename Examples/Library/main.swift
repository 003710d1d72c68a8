import Gnomon

let data = try DatasetRequest(kind: .sprites, trainCount: 512, heldOutCount: 128).load()
let encoder = ResNet.resNet18(stem: .small, width: 16)
let objective = HeadedObjective(
  head: .mlp(hidden: [128], output: 64), inputs: encoder.outputDimension,
  base: InfoNCE(temperature: 0.2))
let trainer = Trainer(encoder: encoder, objective: objective)
let policy = PolicyPair(.simCLR(strength: 0.5))
let views = ViewSource(data.train, policy: policy, seed: 0, device: .cpu)
for batch in try EpochOrder(count: data.train.count, seed: 0, epoch: 0).batches(of: 64) {
  let step = try trainer.step(on: views.views(of: batch, epoch: 0), learningRate: 1e-3)
  print("loss", step.loss)
}

let model = MeasuredModel(
  encoder: encoder, head: objective.head, splits: data, policy: policy, policyChoice: "simclr")
for layer in try model.figures(.geometry) {
  print(layer.layer, "effective rank", layer["effective_rank"] ?? .nan)
}
