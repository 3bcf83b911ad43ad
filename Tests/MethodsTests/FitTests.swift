import Classic
import Foundation
import Methods
import Surface
import TensorCore
import TestSupport
import Testing

/// `filters.fit` finds numbers that are known.
@Suite(.serialized) @MainActor struct FitTests {
  private static func list(_ values: [Double]) -> Value { .table(Table(list: values.map { .number($0) })) }

  /// The chain that the fit has, with numbers far from those it starts from.
  private func known(
    smoothing: Double, blur: Double, lines: Double, curve: [Double], color: [Double], grain: Double, size: Double
  ) throws -> FilterChain {
    try Call.chain([
      step(
        "kuwahara", ("radius", .integer(4)), ("mode", .string("anisotropic")), ("strength", .number(smoothing))),
      step("gaussian", ("sigma", .number(blur))),
      step(
        "xdog", ("sigma", .number(1)), ("tau", .number(0.98)), ("epsilon", .number(0)), ("phi", .number(60)),
        ("blend", .string("multiply")), ("strength", .number(lines))),
      step("tone_curve", ("curve", Self.list(curve))),
      step(
        "chroma", ("scale_cb", .number(color[0])), ("scale_cr", .number(color[1])), ("mix", .number(color[2])),
        ("shift_cb", .number(color[3])), ("shift_cr", .number(color[4]))),
      step("grain", ("amount", .number(grain)), ("size", .number(size)), ("seed", .integer(77))),
    ])
  }

  private func fit(
    _ content: Tensor, _ style: Tensor, _ options: [(String, Value)] = []
  ) throws -> (chain: FilterChain, numbers: [String: Double], curve: [Double]) {
    let value = try Call.options(
      "filters.fit", [("content", .object(content)), ("style", .object(style))] + options)
    guard case .object(let object) = value else { throw EngineError("test", "no chain") }
    let chain = try #require(object as? FilterChain)
    let numbers = Dictionary(
      uniqueKeysWithValues: chain.parameters.compactMap { name, value in value.double.map { (name, $0) } })
    guard case .table(let curve)? = chain.parameters.first(where: { $0.name == "curve" })?.value else {
      throw EngineError("test", "no curve")
    }
    return (chain, numbers, curve.list.compactMap(\.double))
  }

  private func expect(
    _ found: [String: Double], _ wanted: KeyValuePairs<String, (Double, within: Double)>, _ curve: [Double],
    _ inner: [Double], within tolerance: Double
  ) {
    for (name, goal) in wanted {
      let value = found[name] ?? .nan
      #expect(abs(value - goal.0) <= goal.within, "\(name): \(value), known \(goal.0)")
    }
    // The content has next to nothing that is quite black or quite white: what becomes of that cannot be known.
    for (value, goal) in zip(curve.dropFirst(), inner) { #expect(abs(value - goal) < tolerance, "\(curve)") }
  }

  /// With one thread: dozens of small operations a step.
  private func alone<R>(_ body: () throws -> R) throws -> R {
    let threads = Runtime.threads
    try Runtime.setThreads(1)
    defer { try? Runtime.setThreads(threads) }
    return try body()
  }

  private func dark() throws -> FilterChain {
    try known(
      smoothing: 0.8, blur: 0.5, lines: 0.65, curve: [0.12, 0.2, 0.3, 0.55, 0.8, 0.9],
      color: [0.6, 1.4, 0.2, 0.02, -0.03],
      grain: 0.04, size: 0.8)
  }

  /// The reference is the same place seen in a mirror: nothing lies where it lay, but all statistics are the content's.
  @Test(.proves("filters.fit")) func `known numbers are found in a mirrored picture`() throws {
    let content = try library(320, 240), mirrored = try content.flip([2])
    let first = try alone { try fit(content, dark()(mirrored).clamp(0, 1)) }
    expect(
      first.numbers,
      [
        "smoothing": (0.8, 0.2), "blur": (0.5, 0.05), "lines": (0.65, 0.1), "grain": (0.04, 0.003),
        "grain_size": (0.8, 0.1), "scale_cb": (0.6, 0.02), "scale_cr": (1.4, 0.02), "mix": (0.2, 0.02),
        "shift_cb": (0.02, 0.003), "shift_cr": (-0.03, 0.003),
      ], first.curve, [0.2, 0.3, 0.55, 0.8], within: 0.03)
    let soft = try known(
      smoothing: 0.2, blur: 1.1, lines: 0.15, curve: [0, 0.35, 0.6, 0.75, 0.85, 0.95],
      color: [1.5, 0.5, -0.2, 0.05, 0.04],
      grain: 0.02, size: 1.2)
    let second = try alone { try fit(content, soft(mirrored).clamp(0, 1)) }
    expect(
      second.numbers,
      [
        "smoothing": (0.2, 0.12), "blur": (1.1, 0.06), "lines": (0.15, 0.04), "grain": (0.02, 0.002),
        "grain_size": (1.2, 0.1), "scale_cb": (1.5, 0.02), "scale_cr": (0.5, 0.04), "mix": (-0.2, 0.02),
        "shift_cb": (0.05, 0.003), "shift_cr": (0.04, 0.003),
      ], second.curve, [0.35, 0.6, 0.75, 0.85], within: 0.02)
  }

  /// Another library, with other trees, clouds and windows. Its own statistics are a little different, and that part of
  /// the difference is taken for the look's: the tolerances are wider, and lines, of which it has more, are left out.
  @Test func `known numbers are found in another picture of the same kind`() throws {
    let found = try alone { try fit(library(320, 240), dark()(library(320, 240, seed: 9)).clamp(0, 1)) }
    expect(
      found.numbers,
      [
        "blur": (0.5, 0.06), "grain": (0.04, 0.005), "grain_size": (0.8, 0.15), "scale_cb": (0.6, 0.1),
        "scale_cr": (1.4, 0.12), "mix": (0.2, 0.08), "shift_cb": (0.02, 0.01), "shift_cr": (-0.03, 0.015),
      ], found.curve, [0.2, 0.3, 0.55, 0.8], within: 0.1)
  }

  @Test(.proves("transfer.fit")) func `the method is the content under the fitted chain`() throws {
    let content = try library(96, 72), style = try library(64, 64, season: "winter")
    let options: [(String, Value)] = [("steps", .integer(12)), ("seed", .integer(4))]
    let chain = try fit(content, style, options).chain
    let pictures: [(String, Value)] = [("content", .object(content)), ("style", .object(style))]
    let result = try Call.tensor(Call.options("transfer.fit", pictures + options))
    try expectSameBytes(result, chain(content), "transfer.fit")
    let half = try Call.tensor(Call.options("transfer.fit", pictures + options + [("strength", .number(0))]))
    try expectSameBytes(half, content, "strength 0")
    // The same seed gives the same numbers, another seed other grain.
    #expect(try fit(content, style, options).chain.display() == chain.display())
    let other = try fit(content, style, [("steps", .integer(12)), ("seed", .integer(5))]).chain
    #expect(try difference(other(content), chain(content)) > 1e-3)
  }

  /// The numbers found count as constants: the gradient is that of the chain, which `ChainTests` checks.
  @Test(.checksGradient(of: "transfer.fit")) func `the gradient is that of the fitted chain`() throws {
    let content = try library(64, 48), style = try library(64, 64, season: "winter")
    let smoothing = Value.object(try Call.chain([step("gaussian", ("sigma", .number(1)))]))
    let options: [(String, Value)] = [
      ("style", .object(style)), ("steps", .integer(5)), ("chain", smoothing),
    ]
    func gradient(_ result: (Tensor) throws -> Tensor) throws -> Tensor {
      let leaf = try content.copy()
      try leaf.setRequiresGradient()
      try result(leaf).square().sum().backward()
      return try #require(leaf.gradient)
    }
    let direct = try gradient { try Call.tensor(Call.options("transfer.fit", [("content", .object($0))] + options)) }
    let chain = try fit(content, style, Array(options.dropFirst())).chain
    #expect(try difference(direct, gradient { try chain($0) }) == 0 && direct.abs().max().item() > 1e-3)
  }

  @Test func `what is descended is the chain that comes out`() throws {
    let content = try library(80, 60)
    let look = try FittedLook()
    let smoothing = FilterChain.Step(.chain(try Call.chain([step("gaussian", ("sigma", .number(2)))])))
    let chain = try look.chain(smoothing: smoothing, name: "start", seed: 3)
    let noise = try Tensor.normalNoise([1, 1, 60, 80], seed: 3)
    let soft = try Filters.gaussian(content, sigma: 2)
    let result = try look(content.unsqueeze(0), smoothed: soft.unsqueeze(0), noise: noise)
    #expect(try difference(result.squeeze(0), chain(content)) < 1e-5)
  }

  @Test func `an interrupt ends it, and bad pictures are refused`() throws {
    let content = try library(64, 48)
    Interrupt.raise()
    #expect(throws: Interrupted.self) { try fit(content, content) }
    Interrupt.clear()
    let small = message { _ = try fit(try library(40, 20), content) }
    #expect(
      small == "filters.fit: expected a floating-point picture of at least 32×32 pixels as 'content', got 3×20×40 f32")
    let broken = message { _ = try fit(content, try Tensor.full([3, 40, 40], .nan)) }
    #expect(broken == "filters.fit: expected a picture of finite numbers as 'style', got NaN or infinity")
    let missing = message { _ = try Call.options("filters.fit", [("content", .object(content))]) }
    #expect(missing.hasPrefix("filters.fit: needs the option 'style' (a tensor)"))
  }
}
