internal import Surface

/// Functions of one element.
enum ElementwiseEntries {
  static func all() -> [Function] { basics() + activations() + limits() }

  private static func basics() -> [Function] {
    [
      Entry.plain("exp", "e to the power of each element.", example: "assert(tensor{0}:exp():item() == 1)") {
        try $0.exp()
      },
      Entry.plain("expm1", "e^x − 1, exact near 0.", example: "assert(tensor{0}:expm1():item() == 0)") {
        try $0.expm1()
      },
      Entry.plain("log", "Natural logarithm.", example: "assert(tensor{1}:log():item() == 0)") { try $0.log() },
      Entry.plain("log1p", "log(1 + x), exact near 0.", example: "assert(tensor{0}:log1p():item() == 0)") {
        try $0.log1p()
      },
      Entry.plain("sqrt", "Square root.", example: "assert(tensor{9}:sqrt():item() == 3)") { try $0.sqrt() },
      Entry.plain("rsqrt", "1 / √x.", example: "assert(tensor{4}:rsqrt():item() == 0.5)") { try $0.rsqrt() },
      Entry.plain("reciprocal", "1 / x.", example: "assert(tensor{4}:reciprocal():item() == 0.25)") {
        try $0.reciprocal()
      },
      Entry.plain("square", "x².", example: "assert(tensor{3}:square():item() == 9)") { try $0.square() },
      Entry.plain("abs", "Absolute value.", example: "assert(tensor{-3}:abs():item() == 3)") { try $0.abs() },
      Entry.plain("neg", "The negative.", example: "assert(tensor{3}:neg():item() == -3)") { try -$0 },
      Entry.plain("sign", "−1, 0 or 1.", example: "assert(tensor{-3}:sign():item() == -1)") { try $0.sign() },
      Entry.plain("floor", "The largest integer not above.", example: "assert(tensor{1.7}:floor():item() == 1)") {
        try $0.floor()
      },
      Entry.plain("ceil", "The smallest integer not below.", example: "assert(tensor{1.2}:ceil():item() == 2)") {
        try $0.ceil()
      },
      Entry.plain(
        "round", "The nearest integer, halves to the even one.", example: "assert(tensor{2.5}:round():item() == 2)"
      ) { try $0.round() },
      Entry.plain("trunc", "The integer part.", example: "assert(tensor{-1.7}:trunc():item() == -1)") {
        try $0.trunc()
      },
      Entry.plain("sin", "Sine of radians.", example: "assert(tensor{0}:sin():item() == 0)") { try $0.sin() },
      Entry.plain("cos", "Cosine of radians.", example: "assert(tensor{0}:cos():item() == 1)") { try $0.cos() },
      Entry.plain("tan", "Tangent of radians.", example: "assert(tensor{0}:tan():item() == 0)") { try $0.tan() },
      Entry.plain("erf", "Error function.", example: "assert(tensor{0}:erf():item() == 0)") { try $0.erf() },
    ]
  }

  private static func activations() -> [Function] {
    [
      Entry.plain("relu", "max(x, 0).", example: "assert(tensor{-1, 2}:relu():sum():item() == 2)") { try $0.relu() },
      Entry.method(
        "leaky_relu", "x above 0, slope·x below.", [.optional("slope", .number, "the slope below 0", .number(0.01))],
        source: "Maas, Hannun, Ng 2013", example: "assert(tensor{-10}:leaky_relu(0.1):item() == -1)"
      ) { .object(try $0.tensor(0).leakyReLU($0.number(1, or: 0.01))) },
      Entry.method(
        "elu", "x above 0, alpha·(e^x − 1) below.", [.optional("alpha", .number, "the limit far below 0", .number(1))],
        source: "Clevert, Unterthiner, Hochreiter 2015, arXiv 1511.07289",
        example: "assert(tensor{2}:elu():item() == 2)"
      ) { .object(try $0.tensor(0).elu($0.number(1, or: 1))) },
      Entry.plain("sigmoid", "1 / (1 + e^(−x)).", example: "assert(tensor{0}:sigmoid():item() == 0.5)") {
        try $0.sigmoid()
      },
      Entry.plain(
        "logsigmoid", "log of the sigmoid, without overflow.", example: "assert(tensor{1000}:logsigmoid():item() == 0)"
      ) { try $0.logSigmoid() },
      Entry.plain("tanh", "Hyperbolic tangent.", example: "assert(tensor{0}:tanh():item() == 0)") { try $0.tanh() },
      Entry.plain(
        "silu", "x·σ(x), also called swish.", source: "Elfwing, Uchibe, Doya 2017, arXiv 1702.03118",
        example: "assert(tensor{0}:silu():item() == 0)"
      ) { try $0.silu() },
      Entry.method(
        "gelu", "x·Φ(x) with the normal distribution's Φ.",
        options: [.optional("approximate", .choice(["none", "tanh"]), "exact, or through tanh", .string("none"))],
        source: "Hendrycks, Gimpel 2016, arXiv 1606.08415", example: "assert(tensor{0}:gelu():item() == 0)"
      ) { .object(try $0.tensor(0).gelu(approximate: $0.options.string("approximate") == "tanh")) },
      Entry.method(
        "softplus", "log(1 + e^(beta·x)) / beta; x itself where beta·x exceeds the threshold.",
        options: [
          .optional("beta", .number, "steepness", .number(1), range: 1e-6...1e6),
          .optional("threshold", .number, "where it becomes linear", .number(20), range: Option.anyNumber),
        ], example: "assert(math.abs(tensor{0}:softplus():item() - math.log(2)) < 1e-6)"
      ) {
        .object(try $0.tensor(0).softplus(beta: $0.options.number("beta"), threshold: $0.options.number("threshold")))
      },
      Entry.plain(
        "hardswish", "x·relu6(x + 3)/6.", source: "Howard et al. 2019, arXiv 1905.02244",
        example: "assert(tensor{3}:hardswish():item() == 3)"
      ) { try $0.hardSwish() },
      Entry.plain(
        "mish", "x·tanh(softplus(x)).", source: "Misra 2019, arXiv 1908.08681",
        example: "assert(tensor{0}:mish():item() == 0)"
      ) { try $0.mish() },
      Entry.method(
        "softmax", "e^x / Σ e^x along an axis.", [Option("dim", .integer, "the axis, from 1")],
        example: "assert(math.abs(tensor{1, 2, 3}:softmax(1):sum():item() - 1) < 1e-6)"
      ) { .object(try $0.tensor(0).softmax($0.axis(1))) },
      Entry.method(
        "log_softmax", "log(e^x / Σ e^x) along an axis, without overflow.",
        [Option("dim", .integer, "the axis, from 1")],
        example: "assert(tensor{0, 0}:log_softmax(1):allclose(tensor{0.5, 0.5}:log()))"
      ) { .object(try $0.tensor(0).logSoftmax($0.axis(1))) },
    ]
  }

  private static func limits() -> [Function] {
    [
      Entry.method(
        "clamp", "The value limited to [lo, hi]; NaN stays.",
        [
          .optional("lo", .number, "the smallest value (nil: none)"),
          .optional("hi", .number, "the largest value (nil: none)"),
        ],
        example: "assert(tensor{-1, 0.5, 2}:clamp(0, 1):allclose(tensor{0, 0.5, 1}))"
      ) { .object(try $0.tensor(0).clamp($0.number(1, or: -.infinity), $0.number(2, or: .infinity))) },
      Entry.method(
        "masked_fill", "A copy with a number where the mask holds.",
        [Option("mask", .object("tensor"), "0 or not 0; broadcasts"), Option("value", .number, "the number")],
        example: "assert(tensor{1, 2}:masked_fill(tensor{1, 0}, 9):allclose(tensor{9, 2}))"
      ) { .object(try $0.tensor(0).maskedFill($0.tensor(1), $0.number(2))) },
    ]
  }
}
