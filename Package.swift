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

let package = Package(
  name: "Atelier",
  products: [.library(name: "Surface", targets: ["Surface"])],
  targets: [
    engine("Surface"),
    engine("Files", ["Surface"]),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: swift),
    .systemLibrary(name: "COneDNN", path: "Sources/Engine/Shims/COneDNN"),
    .target(name: "CKernels", path: "Sources/Engine/CKernels/Dispatch"),
    engine("TensorCore", ["Surface", "CKernels", "COneDNN"]),
    engine("Checkpoints", ["Surface", "Files", "TensorCore"]),
    .testTarget(
      name: "CheckpointsTests", dependencies: ["Surface", "TensorCore", "Checkpoints", "TestSupport"],
      swiftSettings: swift),
  ]
)
