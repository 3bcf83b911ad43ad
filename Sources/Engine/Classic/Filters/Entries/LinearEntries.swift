internal import Surface
internal import TensorCore

/// Sums of weighted neighbors.
extension FilterEntries {
  static func linear() -> [Function] {
    [convolve(), gaussian()].explained(by: linearRecipes) + smoothing() + derivatives() + steps()
  }

  private static func convolve() -> Function {
    filter(
      "convolve", "Lays a kernel over every pixel of every channel and sums the products.",
      [
        Option(
          "kernel", .either([.object("tensor"), .list(.list(.number)), .list(.number)]),
          "weights, rows within a list; the entry at (height // 2 + 1, width // 2 + 1) lies over the pixel")
      ],
      options: [
        border,
        .optional("normalize", .bool, "divide the kernel by its sum, so that brightness stays", .bool(false)),
        .optional(
          "flip", .bool, "turn the kernel by 180°: convolution as in mathematics, not correlation", .bool(false)),
      ],
      source: "cv2.filter2D, scipy.ndimage.correlate; with flip scipy.ndimage.convolve (equal up to rounding)",
      example: """
        local img = tensor.rand(3, 16, 20)
        local shifted = filters.convolve(img, {{0, 0, 1}}, {border = "circular"})
        assert(shifted:allclose(img:roll(-1, 3)))
        local mean = filters.convolve(img, tensor.ones(3, 3), {normalize = true})
        assert(mean:std():item() < img:std():item())
        local scene = scenes.library{width = 160, height = 120}
        local relief = filters.convolve(scene, {{-2, -1, 0}, {-1, 1, 1}, {0, 1, 2}})
        """
    ) { arguments, options in
      let kernel = try FilterEntries.kernel(arguments)
      let settings = Filters.Convolution(
        border: Border(rawValue: try options.string("border"))!, normalize: try options.bool("normalize"),
        flip: try options.bool("flip"))
      _ = try Filters.checkedKernel(kernel, settings)
      return { try Filters.convolve($0, kernel, settings, scope: $1) }
    }
  }

  /// The kernel: a tensor, a list of rows, or one row.
  private static func kernel(_ arguments: borrowing Arguments) throws -> Tensor {
    if case .object(let object) = arguments[1], let tensor = object as? Tensor { return tensor }
    guard case .table(let table) = arguments[1] else {
      throw arguments.mismatch(1, "a tensor or a list of rows")
    }
    func numbers(_ list: [Value], _ row: Int) throws -> [Double] {
      try list.enumerated().map { column, value in
        guard let number = value.double else {
          throw EngineError(
            arguments.function.qualifiedName, expected: "numbers in the kernel",
            came: "\(value.brief) in row \(row), column \(column + 1)")
        }
        return number
      }
    }
    let rows = try table.list.enumerated().map { row, value -> [Double]? in
      guard case .table(let inner) = value else { return nil }
      return try numbers(inner.list, row + 1)
    }
    if rows.allSatisfy({ $0 == nil }) {
      return try Tensor(doubles: numbers(table.list, 1), [table.list.count]).to(.f32)
    }
    let width = (rows[0] ?? []).count
    guard width > 0, rows.allSatisfy({ $0?.count == width }) else {
      throw EngineError(
        arguments.function.qualifiedName, expected: "kernel rows of one length", came: "rows of several lengths")
    }
    return try Tensor(doubles: rows.flatMap { $0 ?? [] }, [rows.count, width]).to(.f32)
  }

  private static func gaussian() -> Function {
    filter(
      "gaussian", "Blurs with a Gaussian.",
      options: [
        .optional(
          "sigma", .number, "standard deviation of the Gaussian", .number(2), range: 0...Filters.mostSigma,
          unit: "pixels"),
        .optional(
          "truncate", .number, "where the Gaussian is cut off, in standard deviations", .number(4),
          range: 0.5...Filters.mostTruncate),
        border,
      ],
      source: "scipy.ndimage.gaussian_filter; cv2.GaussianBlur with a kernel of 2·floor(truncate·sigma + 0.5) + 1",
      example: """
        local img = scenes.library{width = 160, height = 120}
        local soft = filters.gaussian(img, {sigma = 3})
        assert(soft:size(2) == 120 and soft:std():item() < 0.9 * img:std():item())
        assert(filters.gaussian(img, {sigma = 3, strength = 0}):allclose(img, {rtol = 0, atol = 0}))
        """
    ) { _, options in
      let sigma = try options.number("sigma"), truncate = try options.number("truncate")
      let border = Border(rawValue: try options.string("border"))!
      return { try Filters.gaussian($0, sigma: sigma, truncate: truncate, border: border, scope: $1) }
    }
  }

  private static var linearRecipes: [String: Recipe] {
    [
      "convolve": Recipe(
        """
        y(i, j) = Σ k(a, b) · x(i + a − h/2, j + b − w/2), halves rounded down: a correlation, as OpenCV
        and SciPy mean by filtering; flip = true turns the kernel by 180° and makes it a convolution.
        normalize divides k by its sum, so that flat areas keep their value.
        The gradient flows to the picture and to the kernel.
        """,
        related: ["filters.gaussian", "nn.conv2d"]),
      "gaussian": Recipe(
        """
        g(t) = exp(−t² / (2·sigma²)), for whole t from −r to r with r = ⌊truncate·sigma + 0.5⌋, divided by
        its sum; laid over the rows, then over the columns, because the Gaussian is separable.
        What is finer than about 2·sigma pixels goes. Two blurs of s and t are one of √(s² + t²).
        From sigma = 12 on, with truncate ≥ 4 and any border but circular, it is three Gaussians whose variances add
        up: a narrow one at every ⌊sigma/4⌋-th pixel, one between these places, a narrow one back to every pixel. The
        result differs from the plain one by at most 6e-5 along each axis (what truncate = 4 leaves out), and time
        does not grow with sigma.
        """,
        related: ["filters.convolve", "filters.xdog", "images.pyramid"]),
    ]
  }
}
