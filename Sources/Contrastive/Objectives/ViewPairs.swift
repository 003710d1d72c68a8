import Torch

// What objectives share: sums over pairs of views, for rows (views·N)×D, view after view.

/// Which pairs of rows belong to one sample, (views·N)×(views·N).
func sameSamplePairs(rows: Int, views: Int, on device: Device) -> Tensor {
  let count = rows / views
  return equalPairs((0..<rows).map { $0 % count }, on: device)
}

/// Which pairs of rows belong to one view, (views·N)×(views·N).
func sameViewPairs(rows: Int, views: Int, on device: Device) -> Tensor {
  let count = rows / views
  return equalPairs((0..<rows).map { $0 / count }, on: device)
}

private func equalPairs(_ keys: [Int], on device: Device) -> Tensor {
  let keys = Tensor(keys).to(device)
  return keys.unsqueezed(0).equals(keys.unsqueezed(1))
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
