// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: the same flags everywhere, so that one release build serves program and tests.
let swift: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A Swift module of the engine, at Sources/Engine/NAME.
func engine(_ name: String, _ dependencies: [Target.Dependency] = [], link: [LinkerSetting] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/Engine/\(name)", exclude: [], swiftSettings: swift,
    linkerSettings: link)
}

/// A Swift module of the kernel, at Sources/Kernel/NAME.
func kernel(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, path: "Sources/Kernel/\(name)", swiftSettings: swift)
}

/// A system library that the kernel uses, at Sources/Kernel/Shims/NAME: a module map and a header, nothing else.
func kernelShim(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/Kernel/Shims/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

/// The C row kernels of one instruction set. No -ffast-math: only what keeps every value (no errno, no traps), and no
/// fused operations but those the sources ask for.
func rowKernels(_ level: Int, _ flags: [String] = []) -> Target {
  .target(
    name: "CKernelsV\(level)", path: "Sources/Engine/CKernels/V\(level)",
    cSettings: [
      .unsafeFlags(
        ["-O3", "-march=x86-64-v\(level)", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]
          + ["-Wno-pass-failed", "-Wno-psabi"] + flags)
    ])
}

let package = Package(
  name: "Atelier",
  products: [
    .library(name: "Surface", targets: ["Surface"]),
    .library(name: "Engine", targets: ["Engine"]),
    .executable(name: "atelier", targets: ["App"]),
  ],
  dependencies: [.package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")],
  targets: [
    engine("Surface"),
    engine("Files", ["Surface"]),
    .target(
      name: "TestSupport", dependencies: ["TensorCore", "Checkpoints"], path: "Tests/TestSupport", swiftSettings: swift),
    .systemLibrary(name: "COneDNN", path: "Sources/Engine/Shims/COneDNN"),
    .systemLibrary(name: "COpenBLAS", path: "Sources/Engine/Shims/COpenBLAS"),
    .systemLibrary(
      name: "CFFTW", path: "Sources/Engine/Shims/CFFTW", pkgConfig: "fftw3f", providers: [.apt(["libfftw3-dev"])]),
    rowKernels(2), rowKernels(3), rowKernels(4, ["-mprefer-vector-width=512"]),
    .target(
      name: "CKernels", dependencies: ["CKernelsV2", "CKernelsV3", "CKernelsV4"],
      path: "Sources/Engine/CKernels/Dispatch", cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-O2"])],
      linkerSettings: [
        .linkedLibrary("m"),
        // What oneDNN looks for in libgomp it is to find here: Dispatch/team.c.
        .unsafeFlags(
          [
            "GOMP_barrier", "GOMP_parallel", "omp_get_max_threads", "omp_get_num_threads", "omp_get_thread_num",
            "omp_in_parallel",
          ].flatMap { ["-Xlinker", "--export-dynamic-symbol=\($0)"] }),
      ]),
    .testTarget(name: "CKernelsTests", dependencies: ["CKernels", "TestSupport"], swiftSettings: swift),
    engine("TensorCore", ["Surface", "CKernels", "COneDNN", "COpenBLAS", "CFFTW"]),
    .testTarget(
      name: "TensorCoreTests",
      dependencies: ["Surface", "CKernels", "TensorCore", "Checkpoints", "TestSupport"], swiftSettings: swift),
    engine("Layers", ["Surface", "TensorCore"]),
    .testTarget(
      name: "LayersTests", dependencies: ["Surface", "TensorCore", "Checkpoints", "Layers", "TestSupport"],
      swiftSettings: swift),
    engine("Networks", ["Surface", "TensorCore", "Layers"]),
    .testTarget(
      name: "NetworksTests",
      dependencies: ["Surface", "TensorCore", "Checkpoints", "Layers", "Networks", "TestSupport"],
      swiftSettings: swift),
    engine("Checkpoints", ["Surface", "Files", "TensorCore"]),
    .systemLibrary(
      name: "CPNG", path: "Sources/Engine/Shims/CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "CJPEG", path: "Sources/Engine/Shims/CJPEG", pkgConfig: "libjpeg",
      providers: [.apt(["libjpeg62-turbo-dev"])]),
    .systemLibrary(
      name: "CWEBP", path: "Sources/Engine/Shims/CWEBP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
    .systemLibrary(
      name: "CLCMS", path: "Sources/Engine/Shims/CLCMS", pkgConfig: "lcms2", providers: [.apt(["liblcms2-dev"])]),
    .target(
      name: "CCodecs", dependencies: ["CPNG", "CJPEG", "CWEBP", "CLCMS"], path: "Sources/Engine/CCodecs",
      cSettings: [.define("_GNU_SOURCE")], linkerSettings: [.linkedLibrary("webpdemux"), .linkedLibrary("z")]),
    engine("Imaging", ["Surface", "Files", "TensorCore", "CCodecs"]),
    engine("Classic", ["Surface", "TensorCore", "Imaging"]),
    .testTarget(
      name: "ImagingTests",
      dependencies: ["Surface", "TensorCore", "Checkpoints", "Imaging", "Classic", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "CheckpointsTests", dependencies: ["Surface", "TensorCore", "Checkpoints", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "ClassicTests", dependencies: ["Surface", "TensorCore", "Checkpoints", "Classic", "TestSupport"],
      swiftSettings: swift),
    engine("Metrics", ["Surface", "TensorCore"]),
    engine("Methods", ["Surface", "TensorCore", "Imaging", "Classic", "Layers", "Metrics"]),
    .testTarget(
      name: "MethodsTests",
      dependencies: ["Surface", "TensorCore", "Imaging", "Classic", "Metrics", "Methods", "TestSupport"],
      swiftSettings: swift),
    engine("Plots", ["Surface", "Files", "TensorCore", "Imaging"]),
    .testTarget(
      name: "PlotsTests", dependencies: ["Surface", "TensorCore", "Imaging", "Plots", "TestSupport"],
      swiftSettings: swift),
    engine("Reference", ["Surface", "Files"]),
    .testTarget(
      name: "ReferenceTests", dependencies: ["Surface", "Files", "Reference", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "MetricsTests", dependencies: ["Surface", "TensorCore", "Checkpoints", "Metrics", "TestSupport"],
      swiftSettings: swift),
    .target(
      name: "Engine",
      dependencies: [
        "Surface", "TensorCore", "Checkpoints", "Imaging", "Classic", "Layers", "Networks", "Metrics", "Methods",
        "Plots",
      ],
      path: "Sources/Engine/Umbrella", swiftSettings: swift),
    kernelShim("CLua", pkgConfig: "lua5.4", apt: "liblua5.4-dev"),
    kernelShim("CReadline", apt: "libreadline-dev"),
    .target(
      name: "CLuaBridge", dependencies: ["CLua"], path: "Sources/Kernel/CLuaBridge", exclude: ["README.md"],
      cSettings: [.define("_GNU_SOURCE")]),
    kernel("LuaHost", ["Surface", "CLuaBridge"]),
    kernel("Sessions", ["Surface", "Files", "LuaHost"]),
    kernel("Terminal", ["Surface"]),
    kernel("Tutorials", ["Surface", "LuaHost", "Sessions"]),
    kernel("Repl", ["Surface", "LuaHost", "Sessions", "Terminal", "CReadline"]),
    .testTarget(name: "TerminalTests", dependencies: ["Surface", "Terminal", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "TutorialsTests",
      dependencies: ["Engine", "Surface", "LuaHost", "Sessions", "Tutorials", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "EngineTests", dependencies: ["Engine", "Surface", "TensorCore", "LuaHost", "Sessions", "TestSupport"],
      swiftSettings: swift),
    // Without access to what the package keeps to itself: the engine as other packages see it.
    .testTarget(
      name: "LibraryTests", dependencies: ["Engine"], packageAccess: false, swiftSettings: swift),
    .executableTarget(
      name: "App",
      dependencies: ["Engine", "Reference", "LuaHost", "Sessions", "Terminal", "Tutorials", "Repl", arguments],
      path: "Sources/Kernel/App", swiftSettings: swift),
    .testTarget(
      name: "LuaHostTests", dependencies: ["Surface", "LuaHost"], path: "Tests/LuaHostTests", swiftSettings: swift),
    .testTarget(
      name: "SessionsTests", dependencies: ["Engine", "Surface", "LuaHost", "Sessions", "TestSupport"],
      path: "Tests/SessionsTests", swiftSettings: swift),
    .testTarget(
      name: "AppTests", dependencies: ["TestSupport", "Engine", "Surface", "App"], path: "Tests/AppTests",
      swiftSettings: swift),
  ]
)
