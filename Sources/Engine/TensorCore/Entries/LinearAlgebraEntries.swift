internal import Surface

/// Linear algebra: functions of the table `tensor`, and the methods that PyTorch's tensors have as well.
enum LinearAlgebraEntries {
  private static var matrices: Option {
    Option("a", .object("tensor"), "matrices [*, m, n], f32 or f64; axes before the last two count matrices")
  }
  private static var squares: Option {
    Option("a", .object("tensor"), "square matrices [*, n, n], f32 or f64; axes before the last two count matrices")
  }
  private static var upper: Option {
    .optional("upper", .bool, "the upper factor U with a = Uᵀ·U, from the upper triangle", .bool(false))
  }
  private static var mode: Option {
    .optional(
      "mode", .choice(["reduced", "complete"]), "\"complete\": q is square, and r has as many rows as a",
      .string("reduced"))
  }
  private static var fullMatrices: Option {
    .optional("full_matrices", .bool, "u and vh are square; the vectors added have no gradient", .bool(false))
  }

  /// What is both a function `tensor.NAME(a)` and a method `a:NAME()`.
  private struct Twin {
    let name: String
    let summary: String
    let parameter: Option
    let options: [Option]
    let returns: String
    let source: String
    /// Lua around a call that begins with a text such as `tensor.det(a` or `a:det(`.
    let example: (String) -> String
    let body: (borrowing Arguments) throws -> Value

    init(
      _ name: String, _ summary: String, _ parameter: Option, options: [Option] = [], returns: String = "a tensor",
      source: String, example: @escaping (String) -> String,
      body: @escaping (borrowing Arguments) throws -> Value
    ) {
      self.name = name
      self.summary = summary
      self.parameter = parameter
      self.options = options
      self.returns = returns
      self.source = source
      self.example = example
      self.body = body
    }

    /// The entry of the table, under its own or another name.
    func function(_ alias: String? = nil) -> Function {
      let (called, text) = (alias ?? name, alias.map { _ in "\(summary.dropLast()): another name of tensor.\(name)." })
      return Entry.tensor(
        called, text ?? summary, [parameter], options: options, returns: returns, source: source,
        example: example("tensor.\(called)(a"), body: body)
    }

    /// The method.
    var method: Function {
      Entry.method(
        name, summary, options: options, returns: returns, source: source,
        example: example("a:\(name)("), body: body)
    }
  }

  static func functions() -> [Function] {
    let twins = factorings() + inverses()
    return twins.map { $0.function() } + twins.filter { $0.name == "inverse" }.map { $0.function("inv") }
      + [eigh, solve, slogdet]
  }

  static func methods() -> [Function] { (factorings() + inverses()).map(\.method) }

  private static func factorings() -> [Twin] {
    [
      Twin(
        "cholesky",
        "The lower triangular l with a = l·lᵀ, of symmetric positive definite matrices; only the lower "
          + "triangle is read.", squares, options: [upper],
        source: "torch.linalg.cholesky; LAPACK potrf; gradient: Murray 2016, arXiv 1602.07527",
        example: {
          "local a = tensor{{4, 2}, {2, 5}}\nlocal l = \($0))\n"
            + "assert(l:allclose(tensor{{2, 0}, {1, 2}}) and l:matmul(l:transpose(1, 2)):allclose(a))"
        }
      ) { .object(try $0.tensor(0).cholesky(upper: $0.options.bool("upper"))) },
      Twin(
        "qr",
        "q with orthonormal columns and upper triangular r with a = q·r; their signs are free, so a loss must not "
          + "depend on them. The gradient needs independent columns.", matrices, options: [mode],
        returns: "q [*, m, k] and r [*, k, n], k the smaller of m and n",
        source: "torch.linalg.qr; LAPACK geqrf; gradient: Walter and Lehmann 2010, arXiv 1009.6112",
        example: {
          "local a = tensor{{3, 1}, {4, 2}, {0, 2}}\nlocal q, r = \($0))\n"
            + "assert(q:matmul(r):allclose(a, {atol = 1e-5}) and q:shape()[2] == 2)"
        }
      ) { arguments in
        let complete = try arguments.options.string("mode") == "complete"
        let (q, r) = try arguments.tensor(0).qr(complete: complete)
        return .many([.object(q), .object(r)])
      },
      Twin(
        "svd",
        "Singular values: a = u · diag(s) · vh, s descending. The signs of vectors are free, so a loss must not "
          + "depend on them; the gradient through vectors needs values that differ.", matrices,
        options: [fullMatrices], returns: "u [*, m, k], s [*, k] and vh [*, k, n], k the smaller of m and n",
        source: "torch.linalg.svd; LAPACK gesdd; gradient: Townsend 2016, Differentiating the singular value "
          + "decomposition",
        example: {
          "local a = tensor{{3, 0}, {0, -2}, {0, 0}}\nlocal u, s, vh = \($0))\n"
            + "assert(s:allclose(tensor{3, 2}) and (u * s):matmul(vh):allclose(a, {atol = 1e-5}))"
        }
      ) { arguments in
        let full = try arguments.options.bool("full_matrices")
        let (u, s, vh) = try arguments.tensor(0).svd(fullMatrices: full)
        return .many([.object(u), .object(s), .object(vh)])
      },
    ]
  }

  private static func inverses() -> [Twin] {
    [
      Twin(
        "inverse", "The inverses of square matrices; to solve equations, tensor.solve is faster and more exact.",
        squares, source: "torch.linalg.inv; LAPACK getrf, getrs",
        example: {
          "local a = tensor{{2, 1}, {1, 1}}\nassert(\($0)):allclose(tensor{{1, -1}, {-1, 2}}, {atol = 1e-5}))"
        }
      ) { .object(try $0.tensor(0).inverse()) },
      Twin(
        "det", "The determinants of square matrices; their gradient also exists where they are 0.", squares,
        returns: "a tensor [*]", source: "torch.linalg.det; LAPACK getrf",
        example: { "local a = tensor{{1, 2}, {3, 4}}\nassert(math.abs(\($0)):item() + 2) < 1e-5)" }
      ) { .object(try $0.tensor(0).det()) },
    ]
  }

  private static var eigh: Function {
    Entry.tensor(
      "eigh",
      "Eigenvalues, ascending, and eigenvectors of symmetric matrices, of which only the lower triangle is read: "
        + "a = v · diag(values) · vᵀ. The signs of vectors are free, so a loss must not depend on them; the gradient "
        + "through vectors needs values that differ.",
      [squares], returns: "values [*, n], and v [*, n, n] with the vectors as columns",
      source: "torch.linalg.eigh; LAPACK syevd; gradient: Giles 2008, Collected matrix derivative results",
      example: "local a = tensor{{2, 1}, {1, 2}}\nlocal values, v = tensor.eigh(a)\n"
        + "assert(values:allclose(tensor{1, 3}, {atol = 1e-5}))\n"
        + "assert((v * values):matmul(v:transpose(1, 2)):allclose(a, {atol = 1e-5}))"
    ) { arguments in
      let (values, vectors) = try arguments.tensor(0).eigh()
      return .many([.object(values), .object(vectors)])
    }
  }

  private static var solve: Function {
    Entry.tensor(
      "solve", "The x with a·x = b.",
      [
        squares,
        Option("b", .object("tensor"), "right sides [*, n, k], or vectors [n] or [*, n] with the leading axes of a"),
      ], returns: "a tensor of b's shape; leading axes of a and b broadcast",
      source: "torch.linalg.solve; LAPACK getrf, getrs",
      example: "local a = tensor{{2, 1}, {1, 3}}\nlocal x = tensor.solve(a, tensor{3, 5})\n"
        + "assert(a:matmul(x):allclose(tensor{3, 5}, {atol = 1e-5}))"
    ) { .object(try $0.tensor(0).solve($0.tensor(1))) }
  }

  private static var slogdet: Function {
    Entry.tensor(
      "slogdet", "The signs of determinants and the logarithms of their magnitudes, which do not overflow.", [squares],
      returns: "signs [*] (-1, 0 or 1) and logarithms [*]", source: "torch.linalg.slogdet; LAPACK getrf",
      example: "local sign, logarithm = tensor.slogdet(tensor{{0, 2}, {3, 0}})\n"
        + "assert(sign:item() == -1 and math.abs(logarithm:item() - math.log(6)) < 1e-5)"
    ) { arguments in
      let (sign, logarithm) = try arguments.tensor(0).slogdet()
      return .many([.object(sign), .object(logarithm)])
    }
  }
}
