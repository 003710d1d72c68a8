/// One split of a data set on disk: how many images there are, and how to get at each.
struct ImageSource: Sendable {
  /// The name of the split, "cifar10 train" for example.
  let name: String
  /// The file or folder, for messages.
  let place: String
  let count: Int
  /// One label an image, or none.
  let labels: [Int]
  let classNames: [String]
  /// What else is known of every image.
  var factors: [Factor] = []
  /// Decodes one image. Called on several threads at once.
  let image: @Sendable (Int) throws(SkippedFile) -> RGBImage
}
