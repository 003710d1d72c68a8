import Torch

// What objectives share: sums over pairs of views, for rows (views·N)×D, view after view.

extension EmbeddedViews {
  /// How many samples the whole batch has.
  var wholeSampleCount: Int { sampleCount * (group?.size ?? 1) }

  /// Where these rows stand among those of the whole batch, a range of them for each view.
  var places: [Range<Int>] {
    let first = (group?.rank ?? 0) * sampleCount
    return (0..<views).map { view in
      let start = view * wholeSampleCount + first
      return start..<start + sampleCount
    }
  }

  /// Which of these rows is which of the whole batch's, one row a row.
  var selfPairs: Tensor {
    let device = embeddings.device
    guard group != nil else { return .eye(embeddings.size(0), .bool, on: device) }
    return pairs { $0 }
  }

  /// Which of the whole batch's rows are of the same sample, one row a row.
  var sameSamplePairs: Tensor { pairs { $0 % wholeSampleCount } }

  /// Which of the whole batch's rows are of the same view, one row a row.
  var sameViewPairs: Tensor { pairs { $0 / wholeSampleCount } }

  /// Where among the whole batch's rows that stands which holds, `shift` views on, another view of each row's sample.
  func partners(shift: Int) -> Tensor {
    let all = views * wholeSampleCount
    return Tensor(places.joined().map { ($0 + shift * wholeSampleCount) % all })
      .to(embeddings.device)
  }

  private func pairs(of key: (Int) -> Int) -> Tensor {
    let own = Tensor(places.joined().map(key)).to(embeddings.device)
    let all = Tensor((0..<views * wholeSampleCount).map(key)).to(embeddings.device)
    return all.unsqueezed(0).equals(own.unsqueezed(1))
  }
}

/// Where the row stands that holds, `shift` views on, another view of each row's sample.
func partners(rows: Int, views: Int, shift: Int, on device: Device) -> Tensor {
  Tensor((0..<rows).map { ($0 + shift * (rows / views)) % rows }).to(device)
}

/// The mean over rows and the other views of their sample of the rows' dot products.
func meanPositiveProduct(_ rows: Tensor, _ others: Tensor, views: Int) -> Tensor {
  let means = (1..<views).map { shift in
    let partners = partners(rows: rows.size(0), views: views, shift: shift, on: rows.device)
    return (rows * others.gathered(partners)).sum(along: [1]).mean()
  }
  return mean(means)
}

/// The mean over samples and pairs of their views of the squared distance, by way of each sample's centre, where no
/// large numbers cancel.
func meanPositiveDistance(_ rows: Tensor, views: Int) -> Tensor {
  let count = rows.size(0) / views
  let samples = rows.reshaped([views, count, -1])
  let centered = samples - samples.mean(along: [0], keepingDimensions: true)
  return centered.squared().sum() * (2 / Double((views - 1) * count))
}

/// The mean of scalars.
func mean(_ scalars: [Tensor]) -> Tensor {
  scalars.dropFirst().reduce(scalars[0], +) / Double(scalars.count)
}

/// The sum, in the order of `ObjectiveTerm`, of those of `parts` that are among `terms`; they are made in the order they are
/// given in.
func sum(
  of terms: Set<ObjectiveTerm>, _ parts: KeyValuePairs<ObjectiveTerm, () -> Tensor>
) -> Tensor {
  var values: [ObjectiveTerm: Tensor] = [:]
  for (term, value) in parts where terms.contains(term) { values[term] = value() }
  precondition(!values.isEmpty && values.count == terms.count, "none of \(terms)")
  let ordered = ObjectiveTerm.allCases.compactMap { values[$0] }
  return ordered.dropFirst().reduce(ordered[0], +)
}
