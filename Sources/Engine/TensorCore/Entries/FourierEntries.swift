internal import Surface

/// Fourier transforms. Complex numbers stand as pairs (real, imaginary) on a last axis of 2.
enum FourierEntries {
  private static let source = "torch.fft; FFTW 3"

  private static var norm: Option {
    .optional(
      "norm", .choice(FourierNorm.allCases.map(\.rawValue)),
      "where the factor 1/n stands: \"backward\" in the inverse, \"ortho\" its root in both, \"forward\" in the forward "
        + "transform",
      .string("backward"))
  }
  private static var complex: Option {
    .optional("complex", .bool, "x holds pairs (real, imaginary) on its last axis, which must be 2", .bool(false))
  }
  private static var dim: Option {
    .optional("dim", .integer, "the axis, from 1, counted without the pairs", .integer(-1), range: -8...8)
  }
  private static var spectrum: Option {
    Option("f", .object("tensor"), "complex numbers [*, H, W, 2]: pairs (real, imaginary)")
  }

  private static func entry(
    _ name: String, _ summary: String, _ operand: Option, _ options: [Option], returns: String, example: String,
    _ op: @escaping (Tensor, Options, FourierNorm) throws -> Tensor
  ) -> Function {
    Entry.tensor(
      name, summary, [operand], options: options + [norm], returns: returns, source: source, example: example
    ) { arguments in
      let options = try arguments.options
      let norm = FourierNorm(rawValue: try options.string("norm")) ?? .backward
      return .object(try op(arguments.tensor(0), options, norm))
    }
  }

  static func all() -> [Function] { lines() + planes() + halves() + shifts() }

  private static func lines() -> [Function] {
    let real = Option("x", .object("tensor"), "real numbers, or pairs with {complex = true}")
    return [
      entry(
        "fft", "The Fourier transform along one axis.", real, [dim, complex],
        returns: "pairs: x's shape and a last axis of 2",
        example: "local f = tensor.fft(tensor{1, 0, 0, 0})\nassert(f:allclose(tensor{{1, 0}, {1, 0}, {1, 0}, {1, 0}}))"
      ) { try $0.fft(scriptPosition($1.integer("dim"), "fft"), complex: $1.bool("complex"), norm: $2) },
      entry(
        "ifft", "The inverse Fourier transform along one axis.",
        Option("f", .object("tensor"), "complex numbers: pairs (real, imaginary) on a last axis of 2"), [dim],
        returns: "pairs, of f's shape",
        example:
          "local x = tensor{1, 5, 2}\nassert(tensor.ifft(tensor.fft(x)):select(-1, 1):allclose(x, {atol = 1e-5}))"
      ) { try $0.ifft(scriptPosition($1.integer("dim"), "ifft"), norm: $2) },
    ]
  }

  private static func planes() -> [Function] {
    let picture = Option(
      "x", .object("tensor"), "a real picture [*, H, W], or pairs [*, H, W, 2] with {complex = true}")
    let real = Option.optional("real", .bool, "gives the real part [*, H, W] alone", .bool(false))
    return [
      entry(
        "fft2", "The Fourier transform over height and width.", picture, [complex], returns: "pairs [*, H, W, 2]",
        example: "local f = tensor.fft2(tensor.ones(3, 4))\nassert(f:shape()[3] == 2 and f[1][1][1]:item() == 12)"
      ) { try $0.fft2(complex: $1.bool("complex"), norm: $2) },
      entry(
        "ifft2", "The inverse Fourier transform over height and width.", spectrum, [real],
        returns: "pairs [*, H, W, 2]",
        example: "local x = tensor.rand(3, 4)\n"
          + "assert(tensor.ifft2(tensor.fft2(x), {real = true}):allclose(x, {atol = 1e-5}))"
      ) { f, options, norm in
        let y = try f.ifft2(norm: norm)
        return try options.bool("real") ? y.select(-1, 0) : y
      },
    ]
  }

  private static func halves() -> [Function] {
    let size = Option.optional(
      "s", .list(.integer), "{H, W} of the picture; needed where W is odd", unit: "pixels")
    return [
      entry(
        "rfft2", "The left half of fft2: all that the transform of a real picture has.",
        Option("x", .object("tensor"), "a real picture [*, H, W]"), [], returns: "pairs [*, H, W // 2 + 1, 2]",
        example: "assert(tensor.rfft2(tensor.rand(4, 6)):shape()[2] == 4)"
      ) { x, _, norm in try x.rfft2(norm: norm) },
      entry(
        "irfft2", "The real picture whose left half of fft2 this is.",
        Option("f", .object("tensor"), "complex numbers [*, H, W // 2 + 1, 2]"), [size],
        returns: "a real picture [*, H, W]",
        example: "local x = tensor.rand(4, 5)\n"
          + "assert(tensor.irfft2(tensor.rfft2(x), {s = {4, 5}}):allclose(x, {atol = 1e-5}))"
      ) { f, options, norm in try f.irfft2(width: width(options, f), norm: norm) },
    ]
  }

  /// The width in `s`, whose height must be the spectrum's own.
  private static func width(_ options: Options, _ f: Tensor) throws -> Int? {
    guard let size = try options.listIfAny("s")?.map(\.exactInteger) else { return nil }
    let height = f.rank >= 3 ? f.dims[f.rank - 3] : 0
    guard size.count == 2, size[0] == height, let width = size[1] else {
      throw EngineError(
        "irfft2", "option 's' must be {\(height), W}: the height of the spectrum, and the width of the picture")
    }
    return width
  }

  private static func shifts() -> [Function] {
    let axes = Option("dims", .either([.integer, .list(.integer)]), "axis or axes, from 1")
    return [
      Entry.tensor(
        "fftshift",
        "Middle and edges exchanged along axes, so that position 1 comes to the middle (PyTorch shifts all axes "
          + "where none are named; here they are named, for the last may hold pairs).",
        [Option("x", .object("tensor"), "any tensor"), axes], variadic: true, source: "torch.fft.fftshift",
        example: "assert(tensor.fftshift(tensor{0, 1, 2, -2, -1}, 1):allclose(tensor{-2, -1, 0, 1, 2}))"
      ) { .object(try $0.tensor(0).fftshift($0.axesIfAny(from: 1) ?? [])) },
      Entry.tensor(
        "ifftshift", "What fftshift did, undone.",
        [Option("x", .object("tensor"), "any tensor"), axes], variadic: true, source: "torch.fft.ifftshift",
        example: "assert(tensor.ifftshift(tensor{-2, -1, 0, 1, 2}, 1):allclose(tensor{0, 1, 2, -2, -1}))"
      ) { .object(try $0.tensor(0).ifftshift($0.axesIfAny(from: 1) ?? [])) },
    ]
  }
}
