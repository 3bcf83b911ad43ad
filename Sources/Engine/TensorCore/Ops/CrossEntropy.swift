internal import Surface

/// What else counts in a cross-entropy.
public struct CrossEntropyOptions: Sendable {
  /// How the places' losses become one.
  public var reduction = Reduction.mean
  /// The part of each target that is spread evenly over all classes, 0 to 1. Szegedy et al. 2016, arXiv 1512.00567.
  public var smoothing = 0.0
  /// A class (from 0) whose places do not count.
  public var ignored: Int?

  /// The mean of all places unless told otherwise.
  public init(_ reduction: Reduction = .mean, smoothing: Double = 0, ignored: Int? = nil) {
    (self.reduction, self.smoothing, self.ignored) = (reduction, smoothing, ignored)
  }
}

extension Tensor {
  /// −log softmax(self)[class]. self: logits [N, C, *] or [C]; target: classes counted from 0, [N, *] or a scalar, or
  /// probabilities of self's shape. As PyTorch's `cross_entropy`.
  ///
  /// `weight` [C] multiplies the loss of each class; the mean over classes is then divided by the sum of their weights,
  /// the mean over probabilities by their number of places.
  public func crossEntropy(
    _ target: Tensor, weight: Tensor? = nil, _ options: CrossEntropyOptions = .init()
  ) throws -> Tensor {
    if rank == 1, target.rank <= 1 {
      let one = try unsqueeze(0).crossEntropy(target.unsqueeze(0), weight: weight, options)
      return options.reduction == .none ? try one.squeeze(0) : one
    }
    guard rank >= 2 else {
      throw EngineError(
        "cross_entropy", expected: "logits [N, C, …] and classes [N, …]", came: "\(dims.text) and \(target.dims.text)")
    }
    guard (0...1).contains(options.smoothing) else {
      throw EngineError("cross_entropy", expected: "a label smoothing from 0 to 1", came: "\(options.smoothing)")
    }
    if let weight, weight.dims != Dims([dims[1]]) {
      throw EngineError("cross_entropy", expected: "a weight of \(dims[1]) classes", came: weight.dims.text)
    }
    // [C] beside logits [N, C, *].
    let weights = try weight.map { try $0.reshape([$0.count] + [Int](repeating: 1, count: rank - 2)) }
    if target.dims == dims, target.dtype.isFloating {
      return try crossEntropy(probabilities: target, weights, options)
    }
    return try crossEntropy(classes: target, weights, options)
  }

  private func crossEntropy(
    probabilities: Tensor, _ weights: Tensor?, _ options: CrossEntropyOptions
  ) throws -> Tensor {
    guard options.ignored == nil else {
      throw EngineError("cross_entropy", "a class can be ignored among classes, not among probabilities")
    }
    let spread = options.smoothing
    let target = spread == 0 ? probabilities : try probabilities * (1 - spread) + spread / Double(dims[1])
    var each = try logSoftmax(1) * target
    if let weights { each = try each * weights }
    let losses = try -each.sum([1])
    guard options.reduction == .mean else { return options.reduction == .sum ? try losses.sum() : losses }
    return try losses.mean()
  }

  private func crossEntropy(classes: Tensor, _ weights: Tensor?, _ options: CrossEntropyOptions) throws -> Tensor {
    let target = try checkedClasses(classes, ignored: options.ignored).unsqueeze(1)
    // Ignored places look up class 0 and weigh nothing.
    let counts = try options.ignored.map { try target.ne(Double($0)) }
    let known = try counts.map { try target.maskedFill($0.eq(0), 0) } ?? target
    let logs = try logSoftmax(1)
    var shares = try weights.map { try $0.expand(shape).gather(1, known) }
    if let counts {
      shares = try shares.map { try $0 * counts.converted(to: $0.dtype) } ?? counts.converted(to: logs.dtype)
    }
    let picked = try -logs.gather(1, known)
    var losses = try shares.map { try picked * $0 } ?? picked
    if options.smoothing > 0 {
      var even = try -(weights.map { try logs * $0 } ?? logs).sum([1], keepdim: true)
      if let counts { even = try even * counts.converted(to: even.dtype) }
      losses = try losses * (1 - options.smoothing) + even * (options.smoothing / Double(dims[1]))
    }
    switch options.reduction {
    case .none: return try losses.squeeze(1)
    case .sum: return try losses.sum()
    case .mean: return try shares.map { try losses.sum() / $0.sum() } ?? losses.mean()
    }
  }

  /// The target's classes as i64, each one there or ignored.
  private func checkedClasses(_ target: Tensor, ignored: Int?) throws -> Tensor {
    guard target.rank == rank - 1, target.shape == [dims[0]] + Array(shape[2...]) else {
      throw EngineError(
        "cross_entropy", expected: "logits [N, C, …] and classes [N, …]", came: "\(dims.text) and \(target.dims.text)")
    }
    guard !target.dtype.isFloating else {
      throw EngineError(
        "cross_entropy", expected: "classes of an integer type", came: "\(target.dtype)",
        advice: "convert them with t:to(\"i64\")")
    }
    let classes = dims[1]
    if let bad = try target.integers().first(where: { ($0 < 0 || $0 >= classes) && $0 != ignored }) {
      throw EngineError(
        "cross_entropy", "there is no class \(bad &+ 1) among \(classes)",
        advice: "classes count from 1 to \(classes)")
    }
    return try target.converted(to: .i64)
  }
}
