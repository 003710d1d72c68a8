import Foundation

/// Every objective once more, by loops over plain numbers, as its formula says it. `z[v][i]` is view v of sample i.
enum Naive {
  typealias Vector = [Double]
  typealias Views = [[Vector]]

  static func dot(_ a: Vector, _ b: Vector) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  static func unit(_ a: Vector) -> Vector {
    let length = max(dot(a, a).squareRoot(), 1e-12)
    return a.map { $0 / length }
  }

  static func cosine(_ a: Vector, _ b: Vector) -> Double { dot(unit(a), unit(b)) }

  static func squaredDistance(_ a: Vector, _ b: Vector) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  /// All (view, sample) places.
  static func places(_ z: Views) -> [(view: Int, sample: Int)] {
    z.indices.flatMap { view in z[view].indices.map { (view, $0) } }
  }

  /// ln Σ exp over terms, shifted by the largest.
  static func logSumExp(_ terms: [Double]) -> Double {
    let largest = terms.max() ?? 0
    return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
  }

  /// −ln softmax at positives over all others, the mean over views and positives.
  static func softmaxLoss(
    _ z: Views, positives isPositive: ((view: Int, sample: Int), (view: Int, sample: Int)) -> Bool,
    _ logit: (Vector, Vector) -> Double
  ) -> Double {
    mean(
      places(z).map { anchor in
        let others = places(z).filter { $0 != anchor }
        let row = z[anchor.view][anchor.sample]
        let all = logSumExp(others.map { logit(row, z[$0.view][$0.sample]) })
        return mean(
          others.filter { isPositive(anchor, $0) }.map {
            all - logit(row, z[$0.view][$0.sample])
          })
      })
  }

  static func ntXent(_ z: Views, temperature: Double, cosine usesCosine: Bool = true) -> Double {
    softmaxLoss(z, positives: { $0.sample == $1.sample }) {
      (usesCosine ? cosine($0, $1) : dot($0, $1)) / temperature
    }
  }

  static func supervised(_ z: Views, labels: [Int], temperature: Double) -> Double {
    softmaxLoss(z, positives: { labels[$0.sample] == labels[$1.sample] }) {
      cosine($0, $1) / temperature
    }
  }

  static func tKernel(_ z: Views) -> Double {
    softmaxLoss(z, positives: { $0.sample == $1.sample }) { -log(1 + squaredDistance($0, $1)) }
  }

  static func decoupled(_ z: Views, temperature: Double) -> Double {
    mean(
      places(z).map { anchor in
        let row = z[anchor.view][anchor.sample]
        let negatives = places(z).filter { $0.sample != anchor.sample }
        let positives = z.indices.filter { $0 != anchor.view }
        return logSumExp(
          negatives.map { cosine(row, z[$0.view][$0.sample]) / temperature })
          - mean(positives.map { cosine(row, z[$0][anchor.sample]) / temperature })
      })
  }

  static func spectral(_ z: Views) -> Double {
    let pairs = orderedPairs(z.count)
    let count = z[0].count
    return mean(
      pairs.map { v, w in
        let positives = (0..<count).map { dot(z[v][$0], z[w][$0]) }
        let negatives = orderedPairs(count).map { i, j in
          let product = dot(z[v][i], z[w][j])
          return product * product
        }
        return mean(negatives) - 2 * mean(positives)
      })
  }

  static func alignmentUniformity(_ z: Views, sharpness: Double, weight: Double) -> Double {
    let u = z.map { $0.map(unit) }
    let count = z[0].count
    let alignment = mean(
      orderedPairs(z.count).flatMap { v, w in
        (0..<count).map { squaredDistance(u[v][$0], u[w][$0]) }
      })
    let uniformity = mean(
      u.map { view in
        log(
          mean(
            orderedPairs(count).map { exp(-sharpness * squaredDistance(view[$0], view[$1])) }))
      })
    return alignment + weight * uniformity
  }

  static func vicReg(
    _ z: Views, invariance: Double, variance: Double, covariance: Double
  ) -> Double {
    func covariances(_ view: [Vector]) -> [[Double]] {
      let centers = view[0].indices.map { j in mean(view.map { $0[j] }) }
      return view[0].indices.map { i in
        view[0].indices.map { j in
          view.reduce(0) { $0 + ($1[i] - centers[i]) * ($1[j] - centers[j]) }
            / Double(view.count - 1)
        }
      }
    }
    let dimension = z[0][0].count
    func v(_ view: [Vector]) -> Double {
      let all = covariances(view)
      return mean((0..<dimension).map { max(0, 1 - (all[$0][$0] + 1e-4).squareRoot()) })
    }
    func c(_ view: [Vector]) -> Double {
      let all = covariances(view)
      return orderedPairs(dimension).reduce(0) { $0 + all[$1.0][$1.1] * all[$1.0][$1.1] }
        / Double(dimension)
    }
    return mean(
      orderedPairs(z.count).filter { $0.0 < $0.1 }.map { a, b in
        let distances = z[a].indices.map { squaredDistance(z[a][$0], z[b][$0]) }
        return invariance * mean(distances) / Double(dimension)
          + variance * (v(z[a]) + v(z[b])) / 2 + covariance * (c(z[a]) + c(z[b]))
      })
  }

  static func sigReg(_ z: Views, directions: [Vector], weight: Double) -> Double {
    let samples = z[0].indices
    let spread = samples.map { i in
      z[0][i].indices.map { j in
        let center = mean(z.map { $0[i][j] })
        return mean(z.map { ($0[i][j] - center) * ($0[i][j] - center) })
      }
    }
    let statistics = z.flatMap { view in
      directions.map { direction in
        let seen = view.map { row in zip(row, direction).reduce(0) { $0 + $1.0 * $1.1 } }
        let values = (0...16).map { k in
          let t = -5 + 10 * Double(k) / 16
          let window = exp(-t * t / 2)
          let real = mean(seen.map { cos(t * $0) }) - window
          let imaginary = mean(seen.map { sin(t * $0) })
          return (real * real + imaginary * imaginary) * window
        }
        let sums = zip(values, values.dropFirst()).map { ($0 + $1) / 2 * 10 / 16 }
        return sums.reduce(0, +) * Double(samples.count)
      }
    }
    return (1 - weight) * mean(spread.flatMap { $0 }) + weight * mean(statistics)
  }

  static func barlowTwins(_ z: Views, redundancy: Double) -> Double {
    func standardized(_ view: [Vector]) -> [Vector] {
      let columns = view[0].indices.map { j in
        let column = view.map { $0[j] }
        let center = mean(column)
        let variance = mean(column.map { ($0 - center) * ($0 - center) })
        return column.map { ($0 - center) / (variance + 1e-5).squareRoot() }
      }
      return view.indices.map { i in columns.map { $0[i] } }
    }
    let all = z.map(standardized)
    let count = Double(z[0].count)
    return mean(
      orderedPairs(z.count).filter { $0.0 < $0.1 }.map { a, b in
        var loss = 0.0
        for i in z[0][0].indices {
          for j in z[0][0].indices {
            let correlation = zip(all[a], all[b]).reduce(0) { $0 + $1.0[i] * $1.1[j] } / count
            loss +=
              i == j
              ? (1 - correlation) * (1 - correlation) : redundancy * correlation * correlation
          }
        }
        return loss
      })
  }

  static func momentumContrast(
    _ z: Views, targets: Views, queue: [Vector], temperature: Double
  ) -> Double {
    mean(
      orderedPairs(z.count).flatMap { v, w in
        z[v].indices.map { i in
          let positive = cosine(z[v][i], targets[w][i]) / temperature
          let negatives = queue.map { dot(unit(z[v][i]), $0) / temperature }
          return logSumExp([positive] + negatives) - positive
        }
      })
  }

  /// The mean cosine of z and another view's targets.
  static func meanCosine(_ z: Views, targets: Views) -> Double {
    mean(
      orderedPairs(z.count).flatMap { v, w in
        z[v].indices.map { cosine(z[v][$0], targets[w][$0]) }
      })
  }

  static func orderedPairs(_ count: Int) -> [(Int, Int)] {
    (0..<count).flatMap { i in (0..<count).filter { $0 != i }.map { (i, $0) } }
  }
}
