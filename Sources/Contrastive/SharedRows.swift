import Torch

/// A batch's rows, view after view, of which each process of a group has those of as many samples: its own, and all of them where they are
/// asked for.
final class SharedRows {
  /// Those of this process.
  let own: Tensor
  /// Who has them between them; nil where these are all.
  let group: ProcessGroup?
  private let views: Int

  /// Rows of samples that have `views` of them each.
  init(_ own: Tensor, views: Int, group: ProcessGroup?) {
    self.own = own
    self.views = views
    self.group = group
  }

  /// Those of all processes: view after view, and in each the samples of rank 0, then those of rank 1. All processes have to ask.
  private(set) lazy var all: Tensor = {
    guard let group else { return own }
    let shape = Array(own.shape.dropFirst())
    return group.gatheredRows(own).reshaped([group.size, views, own.size(0) / views] + shape)
      .transposed(0, 1).reshaped([group.size * own.size(0)] + shape)
  }()

  /// Of one tensor's rows for all samples, those of this process' own.
  func own(of all: Tensor) -> Tensor {
    guard let group else { return all }
    let shape = Array(all.shape.dropFirst())
    let parts = all.reshaped([views, group.size, own.size(0) / views] + shape)
    return parts.select(group.rank, along: 1).reshaped([own.size(0)] + shape)
  }
}
