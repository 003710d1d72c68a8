import Contrastive
import Torch
import TorchNN

/// Slow copies of encoder and head, whose output objectives such as MoCo's and BYOL's compare with.
struct SlowCopies {
  let encoder: MovingAverage
  let head: MovingAverage

  init(of encoder: any Encoder, _ head: ProjectionHead, momentum: Double) {
    self.encoder = MovingAverage(of: encoder, momentum: momentum)
    self.head = MovingAverage(of: head, momentum: momentum)
  }

  /// What they make of images, `encode` and `project` being the ways through encoder and head.
  func targets(
    of images: Tensor, encode: (Tensor) -> Tensor, project: (Tensor) -> Tensor
  ) -> Tensor {
    withoutGradients {
      let h = encoder.run { encode(images) }
      return head.run { project(h) }
    }
  }

  func update() {
    encoder.update()
    head.update()
  }
}
