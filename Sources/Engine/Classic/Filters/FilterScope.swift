package import Surface
public import TensorCore

/// What every filter shares: how strongly it acts, and where.
public struct FilterScope {
  /// 0 gives the picture back bit for bit, 1 the filtered one; between them both are blended.
  public var strength = 1.0
  /// H×W, 1×H×W or, for a batch, N×1×H×W from 0 (untouched) to 1 (filtered); nil: everywhere.
  public var mask: Tensor?
  /// How far, in pixels, the mask's edges are softened: a Gaussian of half this standard deviation.
  public var feather = 0.0

  /// The whole filter everywhere, unless told otherwise.
  public init(strength: Double = 1, mask: Tensor? = nil, feather: Double = 0) {
    self.strength = strength
    self.mask = mask
    self.feather = feather
  }

  /// As the shared options of an entry say (`FilterEntries.shared`).
  package init(_ options: Options) throws {
    strength = try options.number("strength")
    mask = try options.objectIfAny("mask", as: Tensor.self)
    feather = try options.number("feather")
  }

  /// Applies a filter to a picture C×H×W or a batch N×C×H×W: `filter` gets a batch of f32 or f64 and returns one of
  /// the same shape. The result has the picture's shape and type.
  package func apply(_ operation: String, to image: Tensor, _ filter: (Tensor) throws -> Tensor) throws -> Tensor {
    try FilterScope.check(image, operation)
    guard (0...1).contains(strength) else {
      throw EngineError(operation, expected: "a strength between 0 and 1", came: "\(strength)")
    }
    let weight = try weight(for: image, operation)
    if strength == 0 { return try image.copy() }
    let type: ElementType = image.dtype == .f64 ? .f64 : .f32
    let picture = try image.to(type)
    let batch = image.rank == 3 ? try picture.unsqueeze(0) : picture
    var result = try filter(batch)
    if let weight {
      let w = try weight.to(type)
      result = try batch * (1 - w) + result * w
    } else if strength < 1 {
      result = try batch * (1 - strength) + result * strength
    }
    return try (image.rank == 3 ? result.squeeze(0) : result).to(image.dtype)
  }

  /// Throws unless the tensor is a picture or batch that filters take.
  static func check(_ image: Tensor, _ operation: String) throws {
    let advice: String? =
      image.rank == 2 ? "a grey picture has one channel: use t:unsqueeze(1)" : nil
    guard image.rank == 3 || image.rank == 4 else {
      throw EngineError(
        operation, expected: "a picture C×H×W or a batch N×C×H×W", came: "a tensor of \(image.shape.shapeText)",
        advice: advice)
    }
    guard image.dtype.isFloating else {
      throw EngineError(
        operation, expected: "a picture of floating-point numbers from 0 to 1", came: "one of \(image.dtype)",
        advice: "convert it with t:to(\"f32\") and divide by 255")
    }
    guard image.count > 0 else {
      throw EngineError(operation, expected: "a picture with pixels", came: "one of \(image.shape.shapeText)")
    }
  }

  /// The mask times the strength as N×1×H×W or 1×1×H×W, softened; nil without a mask.
  private func weight(for image: Tensor, _ operation: String) throws -> Tensor? {
    guard let mask else { return nil }
    let size = Array(image.shape.suffix(2))
    let batch = image.rank == 4 ? [image.shape[0], 1] + size : size
    guard mask.shape == size || mask.shape == [1] + size || mask.shape == [1, 1] + size || mask.shape == batch else {
      throw EngineError(
        operation, expected: "a mask of \(size.shapeText), as large as the picture", came: mask.shape.shapeText)
    }
    let plain = try mask.to(mask.dtype == .f64 ? .f64 : .f32).reshape([-1, 1] + size)
    let (low, high) = (try plain.detached().min().item(), try plain.detached().max().item())
    guard low >= 0, high <= 1 else {
      throw EngineError(operation, expected: "a mask with values from 0 to 1", came: "values from \(low) to \(high)")
    }
    guard feather > 0 else { return try plain * strength }
    let kernel = Filters.gaussianKernel(sigma: feather / 2, truncate: 2)
    return try plain.separable(kernel, .replicate).clamp(0, 1) * strength
  }
}
