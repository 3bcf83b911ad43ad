import Checkpoints
import Surface
import TensorCore
import TestSupport
import Testing

import Layers

/// Layers against PyTorch: first values, results, running statistics, how they print.
@Suite(.serialized) @MainActor struct GoldenLayers {
  /// The layers of Scripts/golden/layers.py, made in the same way.
  static func make(_ name: String) throws -> LayerObject {
    let w = Weights.random()
    let made: any Layer =
      switch name {
      case "conv2d":
        try Conv2d(w, 4, 6, kernel: (3, 2), .init(stride: (2, 2), padding: (1, 1), groups: 2))
      case "conv2d_reflect":
        try Conv2d(w, 3, 4, kernel: (3, 3), .init(padding: (2, 2), dilation: (2, 2)), bias: false, padMode: .reflect)
      case "conv2d_same": try Conv2d(w, 3, 4, kernel: (3, 4), .init(dilation: (1, 2)), rule: .same)
      case "conv2d_same_circular": try Conv2d(w, 3, 4, kernel: (4, 3), padMode: .circular, rule: .same)
      case "conv2d_valid": try Conv2d(w, 3, 4, kernel: (3, 3), .init(stride: (2, 2)), rule: .valid)
      case "conv2d_replicate":
        try Conv2d(w, 3, 4, kernel: (3, 3), .init(stride: (2, 2), padding: (1, 2)), padMode: .replicate)
      case "conv_transpose2d":
        try ConvTranspose2d(w, 3, 4, kernel: (3, 3), .init(stride: (2, 2), padding: (1, 1)), outputPadding: (1, 1))
      case "linear": try Linear(w, 5, 3)
      case "group_norm": try GroupNorm(w, 2, 6)
      case "instance_norm": try InstanceNorm2d(w, 3, affine: true)
      case "batch_norm": try BatchNorm2d(w, 3, eps: 1e-3, momentum: 0.2)
      case "layer_norm": try LayerNorm(w, [3, 4])
      case "leaky_relu": Activation.leakyReLU(0.2)
      case "elu": Activation.elu()
      case "gelu_tanh": Activation.gelu(approximate: true)
      case "softplus": Activation.softplus(beta: 2)
      case "hardswish": Activation.hardswish
      case "mish": Activation.mish
      case "relu6": Activation.relu6
      case "hardtanh": Activation.hardtanh(-0.5, 0.75)
      case "hardsigmoid": Activation.hardsigmoid
      case "log_sigmoid": Activation.logSigmoid
      case "softsign": Activation.softsign
      case "sequential":
        try Sequential(
          try Conv2d(w, 3, 4, kernel: (3, 3), bias: false), try BatchNorm2d(w, 4),
          try Sequential(Activation.silu, MaxPool2d(.init(kernel: (2, 2)))))
      default: try rearrangement(name)
      }
    return LayerObject(made)
  }

  /// The layers without parameters that move or pool elements.
  private static func rearrangement(_ name: String) throws -> any Layer {
    switch name {
    case "zero_pad2d": Pad2d.zeros([1, -1, 0, 2])
    case "constant_pad2d": Pad2d.constant([1, 2, 3, 0], 3.5)
    case "reflection_pad2d": Pad2d.reflection([2, 2, 2, 2])
    case "replication_pad2d": Pad2d.replication([3, 1, 2, 0])
    case "circular_pad2d": Pad2d.circular([2, 1, 3, 0])
    case "pixel_shuffle": PixelShuffle(2)
    case "pixel_unshuffle": PixelUnshuffle(3)
    case "unfold": Unfold(.init(kernel: (3, 2), stride: (2, 2), padding: (1, 1), dilation: (1, 2)))
    case "fold": Fold((4, 5), .init(kernel: (2, 2)))
    case "adaptive_max_pool2d": AdaptiveMaxPool2d((2, 3))
    case "max_pool2d": MaxPool2d(.init(kernel: (2, 3), ceilMode: true))
    case "avg_pool2d": AvgPool2d(.init(kernel: (3, 3), stride: (1, 1), padding: (1, 1)))
    case "adaptive_avg_pool2d": AdaptiveAvgPool2d((2, 3))
    case "upsample_nearest": Upsample(.scale(2, 2))
    case "upsample_bilinear": Upsample(.size(7, 5), mode: .bilinear)
    case "upsample_scales": Upsample(.scale(2, 1.5), mode: .bilinear)
    default: throw EngineError("test", "there is no layer \(name)")
    }
  }

  nonisolated static let names = [
    "conv2d", "conv2d_reflect", "conv2d_same", "conv2d_same_circular", "conv2d_valid", "conv2d_replicate", "relu6",
    "hardtanh", "hardsigmoid", "log_sigmoid", "softsign", "zero_pad2d", "constant_pad2d", "reflection_pad2d",
    "replication_pad2d", "circular_pad2d", "pixel_shuffle", "pixel_unshuffle", "unfold", "fold", "adaptive_max_pool2d",
    "conv_transpose2d", "linear", "group_norm", "instance_norm", "batch_norm", "layer_norm",
    "leaky_relu", "elu", "gelu_tanh", "softplus", "hardswish", "mish", "max_pool2d", "avg_pool2d",
    "adaptive_avg_pool2d", "upsample_nearest", "upsample_bilinear", "upsample_scales", "sequential",
  ]

  @Test(arguments: names) func equalsPyTorch(_ name: String) throws {
    let file = try golden("layers.safetensors")
    RandomGenerator.shared.seed(11)
    let layer = try Self.make(name)
    #expect(layer.display() == file.metadata[name])
    let state = layer.stateDict()
    #expect(Set(state.map { "\(name)/first/\($0.name)" }) == Set(file.keys.filter { $0.hasPrefix("\(name)/first/") }))
    for (key, value) in state {
      let wanted = try file.tensor("\(name)/first/\(key)")
      #expect(try value.dtype == wanted.dtype && value.doubles() == wanted.doubles(), "\(key)")
    }
    let x = try file.tensor("\(name)/input")
    #expect(try difference(layer(x), file.tensor("\(name)/training")) < 1e-5)
    for (key, value) in layer.stateDict() {
      #expect(try difference(value, file.tensor("\(name)/after/\(key)")) < 1e-6, "\(key)")
    }
    layer.setTraining(false)
    #expect(try difference(layer(x), file.tensor("\(name)/eval")) < 1e-5)
  }

  @Test func namesOfTheFileAreAllTested() throws {
    let file = try golden("layers.safetensors")
    let found = Set(file.keys.filter { $0.hasSuffix("/training") }.map { String($0.dropLast(9)) })
    #expect(found == Set(Self.names))
  }

  @Test func firstValuesBitForBit() throws {
    let file = try golden("random.safetensors")
    for seed in [0, 1, 42] {
      for name in ["linear", "conv2d", "conv_transpose2d", "embedding", "linear_large"] {
        RandomGenerator.shared.seed(UInt64(seed))
        let sizes = try file.sizes("init/\(name)"), w = Weights.random()
        let made: any Layer =
          switch name {
          case "conv2d": try Conv2d(w, sizes[0], sizes[1], kernel: (sizes[2], sizes[2]))
          case "conv_transpose2d": try ConvTranspose2d(w, sizes[0], sizes[1], kernel: (sizes[2], sizes[2]))
          case "embedding": try Embedding(w, sizes[0], sizes[1])
          default: try Linear(w, sizes[0], sizes[1])
          }
        for (key, box) in made.parameters {
          let wanted = try file.tensor("init/\(seed)/\(name)/\(key)")
          if name == "embedding" {
            #expect(try difference(box.tensor, wanted) < 1e-6)
          } else {
            #expect(try box.tensor.floats().map(\.bitPattern) == wanted.floats().map(\.bitPattern), "\(name) \(key)")
          }
        }
      }
    }
  }

  @Test func resizing() throws {
    let file = try golden("layers.safetensors")
    let x = try file.tensor("resize/input")
    func check(
      _ name: String, _ target: ResizeTarget, _ mode: InterpolationMode, corners: Bool = false,
      antialias: Bool = false
    ) throws {
      let y = try x.interpolate(target, mode: mode, alignCorners: corners, antialias: antialias)
      #expect(try difference(y, file.tensor("resize/\(name)")) < 1e-5, "\(name)")
    }
    try check("bicubic", .size(7, 3), .bicubic)
    try check("bicubic_corners", .size(7, 3), .bicubic, corners: true)
    try check("bicubic_antialias", .size(3, 4), .bicubic, antialias: true)
    try check("bilinear_antialias", .size(3, 4), .bilinear, antialias: true)
    try check("area", .size(3, 4), .area)
    try check("nearest_scale", .scale(1.7, 0.6), .nearest)
    try check("bilinear_scale", .scale(1.7, 0.6), .bilinear)
  }

  @Test("Paddings by rule, and the three croppings of transposed convolution")
  func croppings() throws {
    let file = try golden("layers.safetensors")
    for (name, stride) in [("k3s2", 2), ("k4s2", 2), ("k9s1", 1), ("k2s3", 3), ("k5s3", 3)] {
      func part(_ key: String) throws -> Tensor { try file.tensor("crop/\(name)/\(key)") }
      let (x, w, b) = (try part("input"), try part("weight"), try part("bias"))
      // A rule takes the place of the padding.
      let options = ConvolutionOptions(stride: (stride, stride), padding: (1, 1))
      func expect(_ actual: Tensor, _ key: String) throws {
        #expect(try difference(actual, part(key)) < 1e-5, "\(name) \(key)")
      }
      try expect(x.conv2d(w, bias: b, options, padMode: .zeros, rule: .same), "conv_same")
      for rule in PaddingRule.allCases {
        try expect(x.convTranspose2d(w, bias: b, options, outputPadding: (0, 0), rule: rule), rule.rawValue)
      }
      if name == "k3s2" {
        try expect(x.convTranspose2d(w, bias: b, options, outputPadding: (1, 1), rule: nil), "first")
      }
    }
  }

  @Test func dropoutDrawsAsPyTorch() throws {
    let file = try golden("layers.safetensors")
    for p in [0.3, 0.5] {
      RandomGenerator.shared.seed(11)
      let dropout = LayerObject(try Dropout(p))
      #expect(try dropout(Tensor.full([40, 25], 3)).floats() == file.tensor("dropout/\(p)").floats())
      #expect(try RandomGenerator.shared.uniform([4]).floats() == file.tensor("dropout/\(p)/next").floats())
      dropout.setTraining(false)
      #expect(try dropout(Tensor.full([2], 3)).floats() == [3, 3])
    }
    #expect(try Tensor.ones([3]).dropout(1).floats() == [0, 0, 0])
  }
}
