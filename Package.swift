// swift-tools-version: 6.2
import Foundation
import PackageDescription

// Where libtorch lives: `GNOMON_TORCH`, or the wheel that `make setup` installs into `.venv`.
// A missing or too old one is reported by Sources/CTorch/include/version_check.h, in one sentence.
let packageDirectory = Context.packageDirectory
let environmentTorch = Context.environment["GNOMON_TORCH"]

func installedTorch() -> String? {
  let root = "\(packageDirectory)/.venv/lib"
  let pythons = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
  return pythons.filter { $0.hasPrefix("python") }.sorted()
    .map { "\(root)/\($0)/site-packages/torch" }
    .first { FileManager.default.fileExists(atPath: "\($0)/include/ATen") }
}

let torch = environmentTorch ?? installedTorch() ?? "\(packageDirectory)/.venv/torch-is-missing"

let torchHeaders: [CXXSetting] = [
  .unsafeFlags([
    "-isystem", "\(torch)/include",
    "-isystem", "\(torch)/include/torch/csrc/api/include",
    "-D_GLIBCXX_USE_CXX11_ABI=1", "-fvisibility=hidden",
  ])
]

let swiftSettings: [SwiftSetting] = [.swiftLanguageMode(.v6)]

// Each is a product: whoever takes one builds that and what lies below it.
let libraries = [
  "Archives", "NumPyFormat", "Pickle", "Torch", "TorchNN", "Records", "RunStore", "RunDatabase",
  "Datasets", "Augmentations", "Contrastive", "Interchange", "Geometry", "Evaluation", "Measures",
  "Training", "TensorBoardLog", "ONNXFormat", "Runs", "Reports", "Server", "Studies",
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    swiftSettings: swiftSettings)
}

let package = Package(
  name: "gnomon",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "gnomon", targets: ["GnomonCommand"]),
    .library(name: "Gnomon", targets: ["Gnomon"]),
  ] + libraries.map { .library(name: $0, targets: [$0]) },
  dependencies: [
    // The command line: flags, help, completion.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    // Configuration files.
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    // The report's page templates.
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
    // The store: SQLite with migrations, prepared statements and a reader beside the writer.
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    // TensorBoard's events and ONNX's graphs are Protocol Buffers' messages.
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    // The server of `gnomon serve`, and what it logs with.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    // What Hummingbird listens with, and the headers that it speaks in.
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
    // `make docs`.
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
  ],
  targets: [
    // The C interface over libtorch.
    .target(
      name: "CTorch", exclude: ["declarations/README.md"],
      cxxSettings: torchHeaders + [.headerSearchPath("declarations")],
      linkerSettings: [
        // Not libtorch itself, which does nothing but load the CUDA library: that is done when a device is asked for.
        .unsafeFlags([
          "-L\(torch)/lib", "-ltorch_cpu", "-lc10", "-Xlinker", "-rpath", "-Xlinker",
          "\(torch)/lib",
        ])
      ]),
    // Convolutions and normalisation of our own, as operators of libtorch's dispatcher. Without optimisation they would be of no use.
    .target(
      name: "Kernels", cxxSettings: torchHeaders + [.unsafeFlags(["-O3", "-Wno-psabi"])]),
    // How a program's threads wait for each other, decided before its libraries are loaded.
    .target(name: "CStart"),
    // The C interface over the image libraries: their jumps and variable arguments stay behind it.
    .target(
      name: "CImages", dependencies: ["CPNG", "CJPEG", "CWebP", "CGIF", "CTIFF"],
      // Some systems describe giflib to pkg-config, and some do not.
      linkerSettings: [.linkedLibrary("gif")]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CJPEG", pkgConfig: "libjpeg",
      providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(
      name: "CWebP", pkgConfig: "libwebpdemux",
      providers: [.apt(["libwebp-dev"]), .brew(["webp"])]),
    .systemLibrary(
      name: "CGIF", pkgConfig: "libgif", providers: [.apt(["libgif-dev"]), .brew(["giflib"])]),
    .systemLibrary(
      name: "CTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"]), .brew(["libtiff"])]),
    // The C interface over FreeType, for data sets that are drawn from fonts.
    .target(name: "CFonts", dependencies: ["CFreeType"]),
    .systemLibrary(
      name: "CFreeType", pkgConfig: "freetype2",
      providers: [.apt(["libfreetype-dev"]), .brew(["freetype"])]),
    // JPEG files for the tests, which Gnomon itself never writes.
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg",
      providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive",
      providers: [.apt(["libarchive-dev"]), .brew(["libarchive"])]),

    library("Archives", ["CArchive", "CZlib"]),
    library("NumPyFormat"),
    library("Pickle"),
    library("Torch", ["CTorch", "Kernels", "NumPyFormat"]),
    library("TorchNN", ["Torch"]),
    library("Records"),
    library("RunStore", ["Records", .product(name: "Yams", package: "Yams")]),
    library("RunDatabase", ["Records", "RunStore", .product(name: "GRDB", package: "GRDB.swift")]),
    library(
      "Datasets",
      [
        "Torch", "Records", "Archives", "NumPyFormat", "Pickle", "CFonts", "CImages", "CPNG",
        "CZlib",
      ]),
    library("Augmentations", ["Torch", "Records", "Datasets"]),
    library("Contrastive", ["Torch", "TorchNN"]),
    library("Interchange", ["Torch", "TorchNN", "Contrastive", "Archives", "Pickle"]),
    library("Geometry", ["Torch", "TorchNN"]),
    library("Evaluation", ["Torch"]),
    library(
      "Measures",
      [
        "Torch", "TorchNN", "Records", "Datasets", "Augmentations", "Contrastive", "Geometry",
        "Evaluation",
      ]),
    library("Training", ["Torch", "TorchNN", "Datasets", "Augmentations", "Contrastive"]),
    .target(
      name: "TensorBoardLog",
      dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["Protos"], swiftSettings: swiftSettings),
    .target(
      name: "ONNXFormat",
      dependencies: [
        "Torch", "TorchNN", "Contrastive",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["Protos"], swiftSettings: swiftSettings),
    library(
      "Runs",
      [
        "Torch", "TorchNN", "Records", "RunStore", "Datasets", "Augmentations", "Contrastive",
        "Interchange", "Measures", "ONNXFormat", "TensorBoardLog", "Training",
        .product(name: "Yams", package: "Yams"),
      ]),
    library(
      "Studies",
      [
        "Records", "RunStore", "RunDatabase", "Torch", "Measures", "Runs",
        .product(name: "Yams", package: "Yams"),
      ]),
    .target(
      name: "Reports",
      dependencies: [
        "Records", "RunStore", .product(name: "Mustache", package: "swift-mustache"),
      ],
      resources: [.copy("Resources")], swiftSettings: swiftSettings),
    // Live pages of runs and studies; nothing of it trains.
    .target(
      name: "Server",
      dependencies: [
        "Records", "RunStore", "RunDatabase", "Reports",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
      ],
      resources: [.copy("Resources")], swiftSettings: swiftSettings),
    // What training and measuring take, under one name; neither the store nor pages.
    .target(
      name: "Gnomon",
      dependencies: [
        "Torch", "TorchNN", "Records", "RunStore", "Datasets", "Augmentations", "Contrastive",
        "Geometry", "Evaluation", "Measures", "Training", "Runs",
      ],
      path: "Sources/Umbrella", swiftSettings: swiftSettings),
    // The program `gnomon`. Its module's name differs from the library's by more than case.
    .executableTarget(
      name: "GnomonCommand",
      dependencies: [
        "Torch", "Contrastive", "Training", "Measures", "Runs", "Reports", "Datasets",
        "Augmentations", "Geometry", "Evaluation", "Interchange", "Records", "RunStore",
        "RunDatabase", "Server", "Studies", "ONNXFormat", "CStart",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/gnomon", swiftSettings: swiftSettings),

    // The README's example of use as a library.
    .executableTarget(
      name: "library-example", dependencies: ["Gnomon"], path: "Examples/Library",
      swiftSettings: swiftSettings),
    // Figures of anybody's embeddings, by the measures alone.
    .executableTarget(
      name: "measuring-example", dependencies: ["Measures"], path: "Examples/Measuring",
      swiftSettings: swiftSettings),
    // The linear toy problem of Docs/Geometry.md.
    .executableTarget(
      name: "linear-collapse-example", dependencies: ["Geometry"], path: "Examples/LinearCollapse",
      swiftSettings: swiftSettings),
    .target(
      name: "BenchmarkSupport", dependencies: ["CStart"], path: "Benchmarks/Support",
      swiftSettings: swiftSettings),
    // One operator's call, straight in C++ and through CTorch, whose header is included as text.
    .target(
      name: "CallBenchmark", dependencies: ["CTorch"], path: "Benchmarks/Calls",
      cxxSettings: torchHeaders + [.unsafeFlags(["-fno-modules", "-fno-cxx-modules"])]),
    // Training beside PyTorch and lightly, driven by Benchmarks/training.py.
    .executableTarget(
      name: "training-benchmark",
      dependencies: [
        "Augmentations", "BenchmarkSupport", "CallBenchmark", "Contrastive", "Datasets", "Torch",
        "Training",
      ],
      path: "Benchmarks/Training", swiftSettings: swiftSettings),
    // What the machine can do, and the kernels beside libtorch's.
    .executableTarget(
      name: "kernels-benchmark",
      dependencies: ["BenchmarkSupport", "Contrastive", "Torch", "TorchNN"],
      path: "Benchmarks/Kernels", swiftSettings: swiftSettings),
    // Views a second, driven by Benchmarks/views.py beside its peers.
    .executableTarget(
      name: "views-benchmark", dependencies: ["Augmentations", "BenchmarkSupport", "Torch"],
      path: "Benchmarks/Views", swiftSettings: swiftSettings),
    // Views straight from files, driven by Benchmarks/loading.py beside ImageFolder and lightly.
    .executableTarget(
      name: "loading-benchmark",
      dependencies: ["Augmentations", "BenchmarkSupport", "Datasets", "Torch"],
      path: "Benchmarks/Loading", swiftSettings: swiftSettings),
    // What schedules, heads and objectives cost.
    .executableTarget(
      name: "heads-benchmark",
      dependencies: ["BenchmarkSupport", "Contrastive", "Torch", "Training"],
      path: "Benchmarks/Heads", swiftSettings: swiftSettings),

    // The store of a large study: rows a second written, milliseconds a query.
    .executableTarget(
      name: "store-benchmark",
      dependencies: ["BenchmarkSupport", "Records", "RunDatabase", "RunStore"],
      path: "Benchmarks/Store", swiftSettings: swiftSettings),
    // What measuring a run costs, group by group.
    .executableTarget(
      name: "measuring-benchmark",
      dependencies: ["BenchmarkSupport", "Measures", "Records", "RunStore", "Runs"],
      path: "Benchmarks/Measuring", swiftSettings: swiftSettings),
    // The spectrum of a large file, driven by Benchmarks/geometry.py.
    .executableTarget(
      name: "geometry-benchmark", dependencies: ["BenchmarkSupport", "Geometry", "Torch"],
      path: "Benchmarks/Geometry", swiftSettings: swiftSettings),

    .target(
      name: "TestSupport", dependencies: ["Torch"], path: "Tests/TestSupport",
      swiftSettings: swiftSettings),
    tests("Archives"),
    tests("Pickle"),
    tests("Torch"),
    tests("TorchNN", ["Torch"]),
    tests("Records"),
    tests("RunStore", ["Records"]),
    tests("RunDatabase", ["Records", "RunStore"]),
    tests("Datasets", ["Torch", "CTurboJPEG"]),
    tests("Augmentations", ["Datasets", "Torch"]),
    tests("Contrastive", ["Torch", "TorchNN"]),
    tests("Interchange", ["Contrastive", "Torch", "TorchNN"]),
    tests("Geometry", ["Contrastive", "Torch", "TorchNN"]),
    tests("Evaluation", ["Torch"]),
    tests(
      "Measures",
      ["Torch", "TorchNN", "Records", "Contrastive", "Datasets", "Augmentations", "Evaluation"]),
    tests("Training", ["Torch", "TorchNN", "Contrastive", "Datasets", "Augmentations"]),
    tests("TensorBoardLog"),
    tests(
      "ONNXFormat",
      [
        "Contrastive", "Torch", "TorchNN",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    tests(
      "Runs",
      [
        "Torch", "TorchNN", "Records", "RunStore", "Contrastive", "Datasets", "Augmentations",
        "Measures", "TensorBoardLog", "Training", .product(name: "Yams", package: "Yams"),
      ]),
    tests("Studies", ["Records", "RunStore", "Torch", "Runs"]),
    tests("Reports", ["Measures", "Records", "RunStore"]),
    tests(
      "Server",
      [
        "Measures", "Records", "Reports", "RunDatabase", "RunStore",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdTesting", package: "hummingbird"),
      ]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "TestSupport", "Datasets", "Records", "RunDatabase", "RunStore", "Runs", "Torch",
        "GnomonCommand", "library-example", "linear-collapse-example", "measuring-example",
      ],
      swiftSettings: swiftSettings),
  ],
  cxxLanguageStandard: .cxx20
)

// libFuzzer brings its own main, so that the target is there only for `make fuzz`, which sets GNOMON_FUZZING.
if Context.environment["GNOMON_FUZZING"] == "1" {
  package.targets.append(
    .executableTarget(
      name: "gnomon-fuzz",
      dependencies: [
        "Datasets", "Interchange", "Pickle", "RunStore", "Runs", "Studies", "TensorBoardLog",
        "Torch",
      ],
      path: "Fuzzing/Harness", swiftSettings: swiftSettings))
}
