import Foundation
import Measures

guard let file = CommandLine.arguments.dropFirst().first else {
  print("usage: measuring-example H.npy")
  exit(2)
}
for layer in try GivenEmbeddings(h: file).figures() {
  for (key, value) in layer.values.sorted(by: { $0.key < $1.key }) { print(key, value) }
}
