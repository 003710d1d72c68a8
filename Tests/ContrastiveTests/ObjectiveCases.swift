import Contrastive
import Testing
import Torch
import TorchNN

/// One objective with its naive twin, as the tests of all objectives take them.
struct ObjectiveCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  /// The objective, for z of some length.
  let make: @Sendable (_ dimension: Int) -> any Objective
  /// The same by loops, given what the objective is given.
  let naive: @Sendable (_ objective: any Objective, _ batch: EmbeddedViews) -> Double

  static let all: [ObjectiveCase] =
    [InfoNCE.Similarity.cosine, .dot].flatMap { similarity in
      [0.01, 0.5].map { temperature in
        ObjectiveCase(testDescription: "nt-xent \(similarity) \(temperature)") { _ in
          InfoNCE(temperature: temperature, similarity: similarity)
        } naive: { _, batch in
          Naive.ntXent(batch.rows, temperature: temperature, cosine: similarity == .cosine)
        }
      }
    } + [
      ObjectiveCase(testDescription: "nt-xent learned") { _ in
        InfoNCE(temperature: 0.25, learnsTemperature: true)
      } naive: { _, batch in
        Naive.ntXent(batch.rows, temperature: 0.25)
      },
      ObjectiveCase(testDescription: "nt-xent tiled") { _ in
        InfoNCE(temperature: 0.1, tile: 3)
      } naive: { _, batch in
        Naive.ntXent(batch.rows, temperature: 0.1)
      },
      ObjectiveCase(testDescription: "dcl") { _ in
        DecoupledContrastive(temperature: 0.1)
      } naive: { _, batch in
        Naive.decoupled(batch.rows, temperature: 0.1)
      },
      ObjectiveCase(testDescription: "moco") { dimension in
        MomentumContrast(temperature: 0.2, queueLength: 36, dimension: dimension)
      } naive: { objective, batch in
        Naive.momentumContrast(
          batch.rows, targets: batch.targetRows,
          queue: objective.module?.state["queue"].map { matrix($0) } ?? [], temperature: 0.2)
      },
      ObjectiveCase(testDescription: "spectral") { _ in
        SpectralContrastive()
      } naive: { _, batch in
        Naive.spectral(batch.rows)
      },
      ObjectiveCase(testDescription: "supcon") { _ in
        SupervisedContrastive(temperature: 0.1)
      } naive: { _, batch in
        Naive.supervised(
          batch.rows, labels: batch.labels?.scalars(Int.self) ?? [], temperature: 0.1)
      },
      ObjectiveCase(testDescription: "alignment-uniformity") { _ in
        AlignmentUniformity(sharpness: 3, weight: 0.7)
      } naive: { _, batch in
        Naive.alignmentUniformity(batch.rows, sharpness: 3, weight: 0.7)
      },
      ObjectiveCase(testDescription: "t-kernel") { _ in
        TKernelContrastive()
      } naive: { _, batch in
        Naive.tKernel(batch.rows)
      },
      ObjectiveCase(testDescription: "vicreg") { _ in
        VICReg(invariance: 20, variance: 10, covariance: 2)
      } naive: { _, batch in
        Naive.vicReg(batch.rows, invariance: 20, variance: 10, covariance: 2)
      },
      ObjectiveCase(testDescription: "barlow-twins") { _ in
        BarlowTwins(redundancy: 0.1)
      } naive: { _, batch in
        Naive.barlowTwins(batch.rows, redundancy: 0.1)
      },
      ObjectiveCase(testDescription: "sigreg") { _ in
        SIGReg(slices: 6, weight: 0.3)
      } naive: { objective, batch in
        let directions = (objective as? SIGReg)?.directions(dimension: batch.embeddings.size(1))
        return Naive.sigReg(
          batch.rows, directions: directions.map { matrix($0.transposed()) } ?? [], weight: 0.3)
      },
      ObjectiveCase(testDescription: "byol") { dimension in
        BYOL(dimension: dimension, hidden: 5)
      } naive: { objective, batch in
        let predicted = predictor(objective, batch.embeddings)
        return 2 - 2
          * Naive.meanCosine(
            rows(predicted, views: batch.views), targets: batch.targetRows)
      },
      ObjectiveCase(testDescription: "simsiam") { dimension in
        SimSiam(dimension: dimension, hidden: 5)
      } naive: { objective, batch in
        // The other view is held fixed at the point the gradient is taken at: the batch's targets.
        let predicted = predictor(objective, batch.embeddings)
        return -Naive.meanCosine(rows(predicted, views: batch.views), targets: batch.targetRows)
      },
    ]

  /// The objective for z of length `dimension`, in float64, with the same weights each time.
  func objective(_ dimension: Int, _ dtype: DType = .float64) -> any Objective {
    let objective = Initializer.seeded(by: 5) { make(dimension) }
    objective.module?.convert(to: dtype)
    return objective
  }
}

/// What a predictor with one batch-normalised hidden layer makes of rows, by its weights alone.
private func predictor(_ objective: any Objective, _ z: Tensor) -> Tensor {
  guard let state = objective.module?.state else { return z }
  func weight(_ name: String) -> Tensor { state["predictor.\(name)"] ?? z }
  let hidden = z.matmul(weight("0.weight").transposed()) + weight("0.bias")
  let centered = hidden - hidden.mean(along: [0], keepingDimensions: true)
  let variance = centered.squared().mean(along: [0], keepingDimensions: true)
  let normed = centered / sqrt(variance + 1e-5) * weight("1.weight") + weight("1.bias")
  let active = (normed + abs(normed)) * 0.5
  return active.matmul(weight("3.weight").transposed()) + weight("3.bias")
}

func matrix(_ tensor: Tensor) -> [[Double]] {
  (0..<tensor.size(0)).map { tensor[$0].scalars(Double.self) }
}

func rows(_ tensor: Tensor, views: Int) -> Naive.Views {
  tensor.split(tensor.size(0) / views).map { matrix($0) }
}

extension EmbeddedViews {
  var rows: Naive.Views { eachView.map { matrix($0) } }

  var targetRows: Naive.Views {
    targets.map { $0.split(sampleCount).map { matrix($0) } } ?? []
  }
}
