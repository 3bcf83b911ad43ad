internal import Layers
public import Surface
internal import TensorCore

/// Everything of the table `models`.
public enum ModelEntries {
  /// Functions that make networks.
  public static func all() -> [Function] {
    (backbones() + generators() + blocks()).explained(by: ModelRecipes.all)
  }

  private static var seed: Option {
    .optional(
      "seed", .integer, "where the stream of first values begins, as torch.manual_seed", .integer(1), range: 0...0x1p53)
  }

  private static func entry(
    _ name: String, _ summary: String, _ options: [Option] = [], source: String, example: String,
    make: @escaping (Options, RandomGenerator) throws -> any Layer
  ) -> Function {
    Function(
      .module("models"), name, summary, options: options + [seed], returns: "a layer", source: source, example: example
    ) { arguments in
      let options = try arguments.options
      let layer = LayerObject(try make(options, RandomGenerator(seed: UInt64(options.integer("seed")))))
      layer.setTraining(false)
      return .object(layer)
    }
  }

  private static func backbones() -> [Function] {
    let vgg: [(depth: VGG.Depth, letter: String, count: String)] = [
      (.e, "E", "20024384"), (.d, "D", "14714688"),
    ]
    return vgg.map { depth, letter, count in
      entry(
        "vgg\(depth.rawValue)",
        "VGG-\(depth.rawValue), whose features Gatys' losses compare: pictures [N, 3, H, W] → [N, 512, H/32, W/32].",
        [
          .optional(
            "pooling", .choice(["max", "avg"]), "how a block ends: maxima as published, or means as Gatys recommends",
            .string("max")),
          .optional("ceil_mode", .bool, "whether poolings round sizes up, as Caffe does", .bool(false)),
          .optional(
            "classifier", .bool,
            "whether the three layers that classify follow, with 123.6 million numbers more; "
              + "the result is then [N, 1000]", .bool(false)),
        ], source: "Simonyan & Zisserman 2015, arXiv 1409.1556, configuration \(letter); torchvision",
        example:
          "local net = models.vgg\(depth.rawValue)()\nlocal f = net:features(tensor.rand(1, 3, 16, 16), {\"relu2_1\"})\nassert(f.relu2_1:size(2) == 128 and net:count() == \(count))"
      ) { options, generator in
        var settings = VGG.Settings()
        settings.depth = depth
        settings.averages = try options.string("pooling") == "avg"
        settings.ceilMode = try options.bool("ceil_mode")
        settings.classifier = try options.bool("classifier")
        return try VGG(.random(generator), settings)
      }
    }
      + [
        entry(
          "squeezenet", "SqueezeNet: features nearly like VGG's from 17 times fewer weights; logits [N, 1000].",
          [
            .optional(
              "version", .choice(SqueezeNet.Version.allCases.map(\.rawValue)), "which of the published networks",
              .string("1.0"))
          ], source: "Iandola et al. 2016, arXiv 1602.07360; torchvision",
          example:
            "local net = models.squeezenet{version = \"1.1\"}\nassert(net(tensor.rand(1, 3, 32, 32)):size(2) == 1000)"
        ) { options, generator in
          try SqueezeNet.seeded(generator, SqueezeNet.Version(rawValue: options.string("version"))!)
        }
      ]
  }

  private static func generators() -> [Function] {
    [
      entry(
        "johnson", "The feed-forward network of one style: pictures [N, 3, H, W] in, pictures out, RGB 0 to 255.",
        source: "Johnson, Alahi & Fei-Fei 2016, arXiv 1603.08155; PyTorch examples, fast_neural_style",
        example:
          "local net = models.johnson{seed = 3}\nassert(net(tensor.rand(1, 3, 24, 20) * 255):size(4) == 20 and net:count() == 1679235)"
      ) { _, generator in try Johnson(.random(generator)) },
      entry(
        "revresnet",
        "The reversible network of CAP-VSTNet: pictures [N, 3, H, W], RGB 0 to 1, to features and, by net:inverse, back.",
        [
          .optional(
            "mode", .choice(RevResNet.Mode.allCases.map(\.rawValue)),
            "photo: [N, 32, H, W] for photographs; art: [N, 128, H/2, W/2] for paintings", .string("photo"))
        ], source: "Wen, Gao & Zou, CVPR 2023, section 3.2; CAP-VSTNet",
        example:
          "local net, x = models.revresnet{mode = \"art\"}, tensor.rand(1, 3, 16, 8)\nlocal z = net(x)\nassert(z:size(2) == 128 and net:inverse(z):allclose(x, {atol = 1e-4}))"
      ) { options, generator in
        try RevResNet.seeded(generator, RevResNet.Mode(rawValue: options.string("mode"))!)
      },
    ]
  }

  private static func blocks() -> [Function] {
    let channels = Option.optional(
      "channels", .integer, "of the input, a multiple of 32", .integer(320), range: 32...65_536)
    return [
      entry(
        "unet_resblock",
        "A residual block of Stable Diffusion's U-Net, called as net(x, time): [N, C, H, W], [N, size] → [N, C′, H, W].",
        [
          channels,
          .optional(
            "out_channels", .integer, "of the result, a multiple of 32; those of the input unless given",
            range: 32...65_536),
          .optional("time_channels", .integer, "the size of the time embedding", .integer(1280), range: 1...65_536),
        ], source: "Rombach et al. 2022, arXiv 2112.10752; diffusers, ResnetBlock2D",
        example:
          "local net = models.unet_resblock{channels = 32, out_channels = 64, time_channels = 16}\nassert(net(tensor.randn(1, 32, 4, 4), tensor.randn(1, 16)):size(2) == 64)"
      ) { options, generator in
        let inputs = try options.integer("channels")
        return try UNetResidualBlock(
          .random(generator), inputs, options.integerIfAny("out_channels") ?? inputs,
          time: options.integer("time_channels"))
      },
      entry(
        "unet_transformer",
        "A transformer block of Stable Diffusion's U-Net, called as net(x, context): [N, C, H, W], [N, L, size] → [N, C, H, W].",
        [
          channels,
          .optional("heads", .integer, "parts of the channels that attend by themselves", .integer(8), range: 1...1024),
          .optional("context_channels", .integer, "the size of a word's vector", .integer(768), range: 1...65_536),
        ], source: "Rombach et al. 2022, arXiv 2112.10752; diffusers, Transformer2DModel",
        example:
          "local net = models.unet_transformer{channels = 64, context_channels = 48}\nassert(net(tensor.randn(1, 64, 4, 4), tensor.randn(1, 7, 48)):size(2) == 64)"
      ) { options, generator in
        try UNetTransformer(
          .random(generator), options.integer("channels"), heads: options.integer("heads"),
          context: options.integer("context_channels"))
      },
    ]
  }
}
