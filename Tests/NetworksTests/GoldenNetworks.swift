import Checkpoints
import Surface
import TensorCore
import TestSupport
import Testing

import Layers
import Networks

/// Networks beside torchvision, diffusers and our own PyTorch renditions (Scripts/golden/networks.py): first values,
/// results, features on the way, gradients.
@Suite(.serialized) @MainActor struct GoldenNetworks {
  /// The models of the golden file.
  private static func make(_ name: String) throws -> LayerObject {
    func of(_ model: String, _ options: (String, Value)...) throws -> LayerObject {
      try NetworksTests.model(model, options.map { (key: $0.0, value: $0.1) })
    }
    return switch name {
    case "vgg19": try of("vgg19")
    case "vgg16_avg": try of("vgg16", ("pooling", .string("avg")), ("ceil_mode", .bool(true)))
    case "vgg16_classifier": try of("vgg16", ("classifier", .bool(true)))
    case "squeezenet": try of("squeezenet")
    case "squeezenet11": try of("squeezenet", ("version", .string("1.1")))
    case "johnson": try of("johnson")
    case "revresnet_photo": try of("revresnet")
    case "revresnet_art": try of("revresnet", ("mode", .string("art")))
    case "unet_resblock":
      try of(
        "unet_resblock", ("channels", .integer(64)), ("out_channels", .integer(96)), ("time_channels", .integer(40)))
    case "unet_resblock_320": try of("unet_resblock")
    case "unet_transformer": try of("unet_transformer", ("channels", .integer(64)), ("context_channels", .integer(48)))
    case "unet_transformer_320": try of("unet_transformer")
    default: throw EngineError("test", "there is no model for \(name)")
    }
  }

  nonisolated static let names = [
    "vgg19", "vgg16_avg", "vgg16_classifier", "squeezenet", "squeezenet11", "johnson", "revresnet_photo",
    "revresnet_art", "unet_resblock", "unet_resblock_320", "unet_transformer", "unet_transformer_320",
  ]

  /// All in f32; in f64 those that are not large.
  nonisolated static let cases: [(name: String, type: ElementType)] =
    names.map { ($0, .f32) } + names.filter { !$0.hasPrefix("vgg16") }.map { ($0, .f64) }

  @Test func everyCaseHasAModel() throws {
    let file = try SafetensorsFile(path: Fixtures.golden("networks.safetensors"))
    let cases = Set(file.keys.map { String($0.prefix { $0 != "/" }) })
    #expect(cases == Set(Self.names))
  }

  /// In f64 all that is left is the rounding of the golden values to f32, 6e-8: the algorithms are the same. In f32 errors grow
  /// with depth and with normalisations; the largest seen is 2.1e-6, Johnson's.
  @Test(
    .proves(
      "models.vgg19", "models.vgg16", "models.squeezenet", "models.johnson", "models.revresnet", "models.unet_resblock",
      "models.unet_transformer", "layer:features"),
    .checksGradient(
      of: "models.vgg19", "models.vgg16", "models.squeezenet", "models.johnson", "models.revresnet",
      "models.unet_resblock", "models.unet_transformer", "layer:features"),
    arguments: cases)
  func equalsPyTorch(_ one: (name: String, type: ElementType)) throws {
    let (name, type) = one
    let file = try SafetensorsFile(path: Fixtures.golden("networks.safetensors"))
    let facts = try Case(name, file), model = try Self.make(name)
    let tolerance = type == .f64 ? 1e-7 : 5e-6
    func check(_ actual: Tensor, _ key: String) throws {
      let found = try error(sample(actual), file.tensor("\(name)/\(key)").doubles())
      #expect(found <= tolerance, "\(name) \(key)")
    }
    #expect(model.stateDict().map(\.name) == facts.names)
    #expect(model.parameters().reduce(0) { $0 + $1.count } == facts.count)
    let parameters = Dictionary(uniqueKeysWithValues: model.named().map { ($0.name, $0.box.tensor) })
    let keys = file.keys.filter { $0.hasPrefix("\(name)/") }.map { String($0.dropFirst(name.count + 1)) }
    for key in keys where key.hasPrefix("first/") {
      // Uniform draws are PyTorch's to the bit; the only normal ones are the classifier's of SqueezeNet.
      let allowed = key == "first/classifier.1.weight" ? 2e-7 : 0
      let parameter = try #require(parameters[String(key.dropFirst(6))])
      let value = try sample(parameter)
      let wanted = try file.tensor("\(name)/\(key)").doubles()
      #expect(value == wanted || error(value, wanted) <= allowed, "\(name) \(key)")
    }

    let generator = RandomGenerator(seed: 2)
    let inputs = try facts.inputs.map { shape in
      try (generator.uniform(shape) * facts.factor + facts.offset).to(type)
    }
    for input in inputs { try input.setRequiresGradient() }
    let gradients = keys.filter { $0.hasPrefix("gradient/") }
    for (key, tensor) in parameters { try tensor.setRequiresGradient(gradients.contains("gradient/\(key)")) }
    let y = try model(inputs[0], Array(inputs.dropFirst()))
    #expect(y.shape == facts.output)
    try check(y, "output")
    let features = keys.filter { $0.hasPrefix("feature/") }.map { String($0.dropFirst(8)) }
    if !features.isEmpty {
      for (feature, value) in try Autograd.noGradient({ try model.features(inputs[0], features) }) {
        try check(value, "feature/\(feature)")
      }
    }
    try (y * (generator.uniform(y.shape).to(type) - 0.5)).sum().backward()
    for (place, input) in inputs.enumerated() {
      try check(#require(input.gradient), "gradient/input\(place)")
    }
    for key in gradients where !key.hasPrefix("gradient/input") {
      let tensor = try #require(parameters[String(key.dropFirst(9))])
      try check(#require(tensor.gradient), key)
    }
  }
}
