// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "own-project",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "gnomon", path: "../..")],
  targets: [
    .executableTarget(
      name: "OwnProject", dependencies: [.product(name: "Gnomon", package: "gnomon")])
  ])
