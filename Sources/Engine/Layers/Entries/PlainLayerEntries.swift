internal import Surface
internal import TensorCore

/// Functions that make layers without parameters of their own.
enum PlainLayerEntries {
  static func all() -> [Function] { fixed() + shaped() + axes() + pools() + [dropout(), upsample(), sequential()] }

  /// Activations without options.
  private static func fixed() -> [Function] {
    let list: [(Activation, String, String)] = [
      (.relu, "max(x, 0).", "Nair & Hinton 2010"),
      (.silu, "x·σ(x), also called swish.", "Elfwing et al. 2017, arXiv 1702.03118"),
      (.sigmoid, "1/(1 + e^(−x)).", "PyTorch, torch.nn"), (.tanh, "The hyperbolic tangent.", "PyTorch, torch.nn"),
      (.hardswish, "x·relu6(x + 3)/6.", "Howard et al. 2019, arXiv 1905.02244"),
      (.mish, "x·tanh(softplus(x)).", "Misra 2019, arXiv 1908.08681"),
      (.relu6, "max(x, 0), at most 6.", "Howard et al. 2017, arXiv 1704.04861"),
      (.hardsigmoid, "relu6(x + 3)/6.", "PyTorch, torch.nn"),
      (.logSigmoid, "log of 1/(1 + e^(−x)).", "PyTorch, torch.nn"), (.softsign, "x/(1 + |x|).", "PyTorch, torch.nn"),
      (.identity, "The input itself.", "PyTorch, torch.nn"),
    ]
    return list.map { activation, summary, source in
      Entry.layer(
        activation.kind, summary, source: source,
        example: "assert(nn.\(activation.kind)()(tensor{0.5, 1}):size(1) == 2)"
      ) { _ in activation }
    }
  }

  /// Activations with options, which may also be given in place.
  private static func shaped() -> [Function] {
    func option(_ name: String, _ summary: String, _ standard: Double) -> Option {
      .optional(name, .number, summary, .number(standard), range: Option.anyNumber)
    }
    let slope = option("negative_slope", "slope below 0", 0.01), alpha = option("alpha", "limit below 0", 1)
    let low = option("min_val", "lower limit", -1), high = option("max_val", "upper limit", 1)
    let beta = option("beta", "steepness", 1), threshold = option("threshold", "linear where beta·x exceeds it", 20)
    return [
      Entry.layer(
        "LeakyReLU", "x above 0, negative_slope·x below.", [slope], options: [slope], source: "Maas et al. 2013",
        example: "assert(nn.LeakyReLU(0.5)(tensor{-2}):item() == -1)"
      ) { .leakyReLU(try $0.number(0, named: "negative_slope")) as Activation },
      Entry.layer(
        "ELU", "x above 0, alpha·(e^x − 1) below.", [alpha], options: [alpha],
        source: "Clevert et al. 2015, arXiv 1511.07289", example: "assert(nn.ELU()(tensor{2}):item() == 2)"
      ) { .elu(try $0.number(0, named: "alpha")) as Activation },
      Entry.layer(
        "Hardtanh", "x limited to min_val … max_val.", [low, high], options: [low, high],
        example: "assert(nn.Hardtanh()(tensor{5}):item() == 1)"
      ) { .hardtanh(try $0.number(0, named: "min_val"), try $0.number(1, named: "max_val")) as Activation },
      Entry.layer(
        "Softplus", "log(1 + e^(beta·x))/beta.", [beta, threshold], options: [beta, threshold],
        source: "Dugas et al. 2001",
        example: "assert(math.abs(nn.Softplus()(tensor{0}):item() - math.log(2)) < 1e-6)"
      ) {
        .softplus(beta: try $0.number(0, named: "beta"), threshold: try $0.number(1, named: "threshold")) as Activation
      },
      Entry.layer(
        "GELU", "x·Φ(x) with the normal distribution's Φ.",
        options: [
          .optional("approximate", .choice(["none", "tanh"]), "tanh: the faster approximation", .string("none"))
        ], source: "Hendrycks & Gimpel 2016, arXiv 1606.08415", example: "assert(nn.GELU()(tensor{0}):item() == 0)"
      ) { .gelu(approximate: try $0.options.string("approximate") == "tanh") as Activation },
    ]
  }

  /// Layers that are told axes, which count from 1.
  private static func axes() -> [Function] {
    let dim = Option("dim", .integer, "the axis, from 1")
    return [
      Entry.layer(
        "Softmax", "Softmax along an axis.", [dim],
        example: "assert(nn.Softmax(1)(tensor{1, 1}):allclose(tensor{0.5, 0.5}))"
      ) { .softmax(try $0.axis(0)) as Activation },
      Entry.layer(
        "LogSoftmax", "Logarithm of softmax along an axis.", [dim],
        example: "assert(nn.LogSoftmax(1)(tensor{1}):item() == 0)"
      ) { .logSoftmax(try $0.axis(0)) as Activation },
      Entry.layer(
        "Flatten", "Several axes made one; all but the first unless told otherwise.",
        [
          .optional("start_dim", .integer, "the first of them, from 1", .integer(2)),
          .optional("end_dim", .integer, "the last of them", .integer(-1)),
        ],
        example: "assert(nn.Flatten()(tensor.zeros(2, 3, 4)):size(2) == 12)"
      ) { .flatten(try $0.axisIfAny(0) ?? 1, try $0.axisIfAny(1) ?? -1) as Activation },
    ]
  }

  private static func pools() -> [Function] {
    [
      Entry.layer(
        "MaxPool2d", "The largest element of each window.", [NormPoolEntries.kernel],
        options: NormPoolEntries.poolOptions(average: false),
        example: "assert(nn.MaxPool2d(2)(tensor{{{1, 2}, {3, 4}}}):item() == 4)"
      ) { MaxPool2d(try NormPoolEntries.pooling($0, 0, average: false)) },
      Entry.layer(
        "AvgPool2d", "The mean of each window.", [NormPoolEntries.kernel],
        options: NormPoolEntries.poolOptions(average: true),
        example: "assert(nn.AvgPool2d(2)(tensor{{{1, 2}, {3, 4}}}):item() == 2.5)"
      ) { AvgPool2d(try NormPoolEntries.pooling($0, 0, average: true)) },
      Entry.layer(
        "AdaptiveMaxPool2d", "The largest elements of a grid of nearly equal windows.", [NormPoolEntries.gridSize],
        example: "assert(nn.AdaptiveMaxPool2d(1)(tensor{{{1, 2}, {3, 4}}}):item() == 4)"
      ) { AdaptiveMaxPool2d(try $0.pair(0)) },
      Entry.layer(
        "AdaptiveAvgPool2d", "The means of a grid of nearly equal windows.", [NormPoolEntries.gridSize],
        example: "assert(nn.AdaptiveAvgPool2d(1)(tensor{{{1, 2}, {3, 4}}}):item() == 2.5)"
      ) { AdaptiveAvgPool2d(try $0.pair(0)) },
    ]
  }

  private static func dropout() -> Function {
    let p = Option.optional("p", .number, "the probability to drop an element", .number(0.5), range: 0...1)
    return Entry.layer(
      "Dropout", "Drops elements at random in training and enlarges the others; after m:eval() it does nothing.", [p],
      options: [p], source: "Srivastava et al. 2014; draws as PyTorch's CPU path without MKL",
      example: "local d = nn.Dropout(0.5):eval()\nassert(d(tensor{1, 2}):allclose(tensor{1, 2}))"
    ) { try Dropout($0.number(0, named: "p")) }
  }

  private static func upsample() -> Function {
    Entry.layer(
      "Upsample", "Makes pictures or feature maps larger or smaller, as nn.interpolate.",
      options: FunctionEntries.resizing(antialias: false),
      example: "assert(nn.Upsample{scale_factor = 2}(tensor.zeros(1, 3, 2, 2)):size(4) == 4)"
    ) {
      let options = try $0.options
      return Upsample(
        try FunctionEntries.target(options, $0.function.qualifiedName),
        mode: InterpolationMode(rawValue: try options.string("mode"))!, alignCorners: try options.bool("align_corners"))
    }
  }

  private static func sequential() -> Function {
    Function(
      .module("nn"), "Sequential", "Layers and functions one after the other, in a list or one by one.",
      [.optional("layers", .list(.any), "layers, or functions from tensor to tensor")], variadic: true,
      returns: "a layer", source: "PyTorch, torch.nn",
      example:
        "local net = nn.Sequential{nn.Linear(2, 4), function(x) return x * 2 end, nn.Tanh()}\nassert(net(tensor.rand(3, 2)):size(2) == 4 and net:count() == 12)"
    ) { arguments in
      var parts = (0..<arguments.count).map { arguments[$0] }
      if parts.count == 1, case .table(let table) = parts[0] {
        guard table.fields.isEmpty else {
          throw EngineError(
            "nn.Sequential", "takes a list, but a part is named '\(table.fields[0].key)'",
            advice: "write nn.Sequential{first, second, …}")
        }
        parts = table.list
      }
      return .object(
        LayerObject(
          try Sequential(
            parts.enumerated().map { index, value in
              switch value {
              case .object(let layer as LayerObject): return .layer(layer)
              case .function(let function): return .function(function)
              default:
                throw EngineError(
                  "nn.Sequential", expected: "a layer or a function at place \(index + 1)", came: value.brief)
              }
            })))
    }
  }
}
