import Foundation

/// How many dimensions embeddings fill, by several definitions. All are zero for embeddings that do
/// not vary at all, and all but `numericalRank` are at most the number of singular values.
extension Spectrum {
  /// λ = σ², the eigenvalues of the covariance where the spectrum is centred, in falling order.
  public var eigenvalues: [Double] { singularValues.map { $0 * $0 } }

  /// λ/λ₁; squares of σ themselves can overflow or vanish.
  private var relativeEigenvalues: [Double] {
    guard let largest = singularValues.first, largest > 0 else { return [] }
    return singularValues.map { ($0 / largest) * ($0 / largest) }
  }

  /// exp of the entropy of σ/Σσ (Roy and Vetterli, *The effective rank*, EUSIPCO 2007).
  public var effectiveRank: Double { exponentialEntropy(of: singularValues) }

  /// exp of the entropy of λ/Σλ.
  public var effectiveRankCovariance: Double { exponentialEntropy(of: relativeEigenvalues) }

  /// RankMe: exp of the entropy of σ/Σσ + 10⁻⁷ (Garrido et al., arXiv 2210.02885). It is defined on
  /// the spectrum that is not centred.
  public var rankMe: Double {
    exponentialEntropy(of: singularValues, epsilon: Spectrum.rankMeEpsilon)
  }

  /// What RankMe adds to each share.
  public static let rankMeEpsilon = 1e-7

  /// Σσ²/σ₁² (Rudelson and Vershynin, *Sampling from large matrices*, J. ACM 2007).
  public var stableRank: Double { relativeEigenvalues.reduce(0, +) }

  /// (Σλ)²/Σλ².
  public var participationRatio: Double {
    let eigenvalues = relativeEigenvalues
    let total = eigenvalues.reduce(0, +)
    guard total > 0 else { return 0 }
    return total * total / eigenvalues.reduce(0) { $0 + $1 * $1 }
  }

  /// How many σ exceed σ₁·max(N, D)·ε, with float32's ε = 2⁻²³: LAPACK's convention.
  public var numericalRank: Int {
    guard let largest = singularValues.first else { return 0 }
    let bound = largest * Double(max(sampleCount, dimension)) * Double(Float.ulpOfOne)
    return singularValues.count { $0 > bound }
  }

  /// NESum: Σλᵢ/λ₁ (He and Ozay, *Exploring the gap between collapsed and whitened features in
  /// self-supervised learning*, ICML 2022). Equal to `stableRank` by definition, and kept because
  /// tables in the literature list it.
  public var nesum: Double { stableRank }

  /// log₁₀ σ, in falling order; −∞ for a σ of exactly 0. The usual picture of dimensional collapse
  /// shows it for the centred spectrum of row-normalised embeddings (arXiv 2110.09348).
  public var logSpectrum: [Double] { singularValues.map { log10($0) } }
}

/// exp(−Σ p ln p) with p each value's share of the sum plus `epsilon`, 0 ln 0 = 0; 0 for zeros.
func exponentialEntropy(of values: [Double], epsilon: Double = 0) -> Double {
  let total = values.reduce(0, +)
  guard total > 0 else { return 0 }
  let entropy = values.reduce(0) { sum, value in
    let share = value / total + epsilon
    return share > 0 ? sum - share * log(share) : sum
  }
  return exp(entropy)
}
