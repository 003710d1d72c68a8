import Measures

/// What the libraries say without knowing of a command line, with the flags that help.
enum ErrorWording {
  /// One line about files of embeddings.
  static func message(of error: GivenEmbeddingsError) -> String {
    switch error {
    case .noEmbeddings: "no embeddings: give --embeddings FILE or --projections FILE"
    case .viewsWithoutEmbeddings(_, let layer):
      "\(error): give \(layer == "h" ? "--embeddings" : "--projections") FILE"
    case .notFinite: "\(error) with --drop-nan"
    default: error.description
    }
  }
}
