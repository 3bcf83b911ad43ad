internal import Surface

/// Einstein's summation over named axes, as torch.einsum: `bij,bjk->bik`.
extension Tensor {
  /// Multiplies tensors whose axes a formula names by letters, and sums over the letters that the result lacks. Pairs
  /// are taken from left to right, each as one matrix product.
  /// - Parameter formula: one letter per axis, operands separated by commas; without `->` the result has the letters
  ///   that occur once, in alphabetical order. Unlike PyTorch's, it knows neither `...` nor a letter twice in one operand.
  public static func einsum(_ formula: String, _ operands: [Tensor]) throws -> Tensor {
    let plan = try EinsumPlan(formula, operands)
    var result = Labelled(operands[0], plan.inputs[0])
    for (place, operand) in operands.enumerated().dropFirst() {
      let later = Set(plan.inputs[(place + 1)...].joined()).union(plan.output)
      result = try result.contracted(with: Labelled(operand, plan.inputs[place]), keeping: later)
    }
    result = try result.summed(keeping: Set(plan.output))
    return try result.tensor.permute(plan.output.map { result.letters.firstIndex(of: $0)! }).ownCopy(unlike: operands)
  }

  /// A copy where this is one of the operands itself.
  private func ownCopy(unlike operands: [Tensor]) throws -> Tensor {
    operands.contains { $0 === self } ? try copy() : self
  }
}

/// A formula with its letters checked against the operands' shapes.
private struct EinsumPlan {
  let inputs: [[Character]]
  let output: [Character]

  init(_ formula: String, _ operands: [Tensor]) throws {
    func wrong(_ text: String) -> EngineError { EngineError("einsum", "in \"\(formula)\" \(text)") }
    let text = formula.filter { $0 != " " }
    let sides = text.split(separator: "->", omittingEmptySubsequences: false)
    if let sign = text.first(where: { !($0.isASCII && $0.isLetter) && !",->".contains($0) }) {
      throw wrong("'\(sign)' is no letter; a formula looks like \"bij,bjk->bik\"")
    }
    guard sides.count <= 2, !sides.contains(where: { $0.contains("-") || $0.contains(">") }) else {
      throw wrong("the arrow -> may stand once")
    }
    let parts = sides[0].split(separator: ",", omittingEmptySubsequences: false).map { [Character]($0) }
    guard parts.count == operands.count else {
      throw wrong("there are \(parts.count) operands, but \(operands.count) tensors were given")
    }
    var sizes: [Character: Int] = [:]
    for (number, (letters, operand)) in zip(parts, operands).enumerated() {
      guard letters.count == operand.rank else {
        throw wrong("operand \(number + 1) has \(letters.count) letters, but its tensor is \(operand.shape.shapeText)")
      }
      guard Set(letters).count == letters.count else { throw wrong("operand \(number + 1) names an axis twice") }
      for (letter, size) in zip(letters, operand.shape) {
        guard sizes[letter, default: size] == size else {
          throw wrong("'\(letter)' stands for axes of \(sizes[letter]!) and \(size)")
        }
        sizes[letter] = size
      }
    }
    inputs = parts
    if sides.count == 2 {
      output = [Character](sides[1])
      guard Set(output).count == output.count else { throw wrong("the result names an axis twice") }
      if let unknown = output.first(where: { sizes[$0] == nil }) { throw wrong("no operand has '\(unknown)'") }
    } else {
      let all = parts.joined()
      output = sizes.keys.filter { letter in all.count { $0 == letter } == 1 }.sorted()
    }
  }
}

/// A tensor with a letter for each axis.
private struct Labelled {
  let tensor: Tensor
  let letters: [Character]

  init(_ tensor: Tensor, _ letters: [Character]) {
    self.tensor = tensor
    self.letters = letters
  }

  /// Summed over all letters but some.
  func summed(keeping kept: Set<Character>) throws -> Labelled {
    let gone = letters.indices.filter { !kept.contains(letters[$0]) }
    return gone.isEmpty ? self : Labelled(try tensor.sum(gone), letters.filter(kept.contains))
  }

  /// Axes in the order of groups of letters, each group one axis: a batch of matrices.
  private func matrices(_ groups: [Character]...) throws -> Tensor {
    let order = groups.joined().map { letters.firstIndex(of: $0)! }
    return try tensor.permute(order).reshape(groups.map { sizes($0).reduce(1, *) })
  }

  private func sizes(_ group: [Character]) -> [Int] { group.map { tensor.shape[letters.firstIndex(of: $0)!] } }

  /// The product with another, summed over the common letters that are not kept.
  func contracted(with other: Labelled, keeping kept: Set<Character>) throws -> Labelled {
    let (a, b) = (
      try summed(keeping: kept.union(other.letters)), try other.summed(keeping: kept.union(letters))
    )
    let common = a.letters.filter(b.letters.contains)
    let batch = common.filter(kept.contains), gone = common.filter { !kept.contains($0) }
    let left = a.letters.filter { !common.contains($0) }, right = b.letters.filter { !common.contains($0) }
    let product = try a.matrices(batch, left, gone).matmul(b.matrices(batch, gone, right))
    return Labelled(
      try product.reshape(a.sizes(batch) + a.sizes(left) + b.sizes(right)), batch + left + right)
  }
}
