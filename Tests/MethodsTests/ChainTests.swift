import Classic
import Methods
import Surface
import TensorCore
import TestSupport
import Testing

/// Chains of filters and the looks made of them.
@Suite(.serialized) @MainActor struct ChainTests {
  @Test(.proves("filters.chain", "chain call", "chain #"))
  func `a chain is its filters, each on what it reads`() throws {
    let picture = try library(61, 47)
    let chain = try Call.chain([
      step("gaussian", ("sigma", .number(1.5))), step("xdog", ("sigma", .number(0.8)), ("input", .integer(0))),
      step("chroma", ("scale_cb", .number(2)), ("input", .integer(1))), .string("gaussian"),
    ])
    let soft = try Call.filter("gaussian", picture, [("sigma", .number(1.5))])
    let expected = try Call.filter("gaussian", Call.filter("chroma", soft, [("scale_cb", .number(2))]))
    #expect(try difference(chain(picture), expected) == 0)
    let call = try #require(FilterChain.scriptType.operators["call"])
    #expect(try difference(Call.tensor(call.call([.object(chain), .object(picture)])), expected) == 0)
    let half = try Call.tensor(
      call.call([.object(chain), .object(picture)], options: [("strength", .number(0.25))]))
    #expect(try difference(half, picture * 0.75 + expected * 0.25) < 1e-6)
    let count = try #require(FilterChain.scriptType.operators["len"]).call([.object(chain)])
    #expect(count.exactInteger == 4)
    // A batch is its pictures one by one, and a strength of 0 changes no bit.
    let batch = try Tensor.stack([picture, picture.flip([2])])
    #expect(try difference(chain(batch).select(0, 1), chain(picture.flip([2]))) < 1e-6)
    try expectSameBytes(chain(picture, scope: .init(strength: 0)), picture, "strength 0")
  }

  @Test func `strength and mask of a step hold for the blend`() throws {
    let picture = try library(40, 30), mask = try Tensor.zeros([30, 40])
    _ = try mask.narrow(1, 20, 20).fill_(1)
    let ink = try Call.filter("xdog", picture)
    let chain = try Call.chain([
      step("xdog", ("blend", .string("multiply")), ("strength", .number(0.5)), ("mask", .object(mask)))
    ])
    let expected = try picture * (1 - mask * 0.5) + picture * ink * (mask * 0.5)
    #expect(try difference(chain(picture), expected) < 1e-6)
  }

  /// What each way of blending makes of b below and f above, number by number.
  private nonisolated static let formulas: [(String, @Sendable (Double, Double) -> Double)] = [
    ("normal", { $1 }), ("multiply", { $0 * $1 }), ("screen", { 1 - (1 - $0) * (1 - $1) }), ("darken", { min($0, $1) }),
    ("lighten", { max($0, $1) }), ("overlay", { $0 <= 0.5 ? 2 * $0 * $1 : 1 - 2 * (1 - $0) * (1 - $1) }),
    ("soft_light", { (1 - 2 * $1) * $0 * $0 + 2 * $1 * $0 }), ("add", { $0 + $1 - 0.5 }),
    ("subtract", { $0 - $1 + 0.5 }), ("divide", { min($0 / max($1, 1e-3), 1) }),
  ]

  @Test(arguments: formulas.map(\.0)) func `pictures are laid over each other by the formula`(name: String) throws {
    let formula = try #require(Self.formulas.first { $0.0 == name }).1
    let picture = try Tensor.noise([3, 12, 15], seed: 3)
    let above = try Call.filter("tone_curve", picture.narrow(0, 0, 1), [("curve", Self.list([0.9, 0.1, 0.6]))])
    let chain = try Call.chain([step("tone_curve", ("curve", Self.list([0.9, 0.1, 0.6])), ("blend", .string(name)))])
    let expected = try zip(picture.narrow(0, 0, 1).doubles(), above.doubles()).map(formula)
    let result = try chain(picture.narrow(0, 0, 1))
    #expect(try difference(result, Tensor(doubles: expected, [1, 12, 15])) < 1e-5)
    // Alpha is that of the picture below.
    let alpha = try Tensor.noise([4, 12, 15], seed: 5)
    #expect(try difference(chain(alpha).narrow(0, 3, 1), alpha.narrow(0, 3, 1)) == 0)
  }

  private static func list(_ values: [Double]) -> Value { .table(Table(list: values.map { .number($0) })) }

  @Test func `brightness and color come from different pictures`() throws {
    let picture = try library(24, 18, season: "autumn")
    func luma(_ x: Tensor) throws -> Tensor { try Filters.luminance(x.unsqueeze(0)) }
    let above = try Call.filter("gradient_map", picture), names = ["luminosity", "color"]
    let results = try names.map { try Call.chain([step("gradient_map", ("blend", .string($0)))])(picture) }
    #expect(try difference(luma(results[0]), luma(above)) < 1e-5 && difference(luma(results[1]), luma(picture)) < 1e-5)
    // What is not brightness is the other's.
    #expect(try difference(results[0] - picture, (luma(above) - luma(picture)).squeeze(0).expand([3, 18, 24])) < 1e-5)
    #expect(try difference(results[1] - above, (luma(picture) - luma(above)).squeeze(0).expand([3, 18, 24])) < 1e-5)
    #expect(Set(Self.formulas.map(\.0) + names) == Set(Blend.allCases.map(\.rawValue)))
  }

  @Test(.proves("chain:steps", "chain:name", "chain:parameters"))
  func `its steps make the same chain again`() throws {
    let inner = try Call.chain([step("gaussian", ("sigma", .number(2)))])
    let kernel = Value.table(Table(list: [Self.list([0, 0, 1])]))
    let chain = try Call.chain(
      [
        step("convolve", ("kernel", kernel), ("normalize", .bool(true))),
        .table(Table(list: [.object(inner)], fields: [("strength", .number(0.5)), ("input", .integer(0))])),
        step("xdog", ("blend", .string("multiply")), ("feather", .number(2))),
      ], [("name", .string("mine"))])
    func method(_ name: String) throws -> Value {
      try #require(FilterChain.scriptType.methods.first { $0.name == name }).call([.object(chain)])
    }
    guard case .table(let steps) = try method("steps") else { throw EngineError("test", "no table") }
    let again = try Call.chain(steps.list, steps.fields.map { ($0.key, $0.value) })
    let picture = try library(40, 30)
    try expectSameBytes(again(picture), chain(picture), "the same steps")
    #expect(
      again.display() == chain.display() && chain.display().hasPrefix("chain \"mine\" of 3 steps:\n  1  convolve"))
    if case .string(let name) = try method("name") { #expect(name == "mine") } else { Issue.record("no name") }
    if case .table(let table) = try method("parameters") { #expect(table.fields.isEmpty) }
  }

  @Test(.checksGradient(of: "chain call")) func `gradients go through chains`() throws {
    let chain = try Call.chain([
      step("gaussian", ("sigma", .number(1))), step("xdog", ("blend", .string("soft_light"))),
      step("tone_curve", ("input", .integer(0)), ("blend", .string("screen")), ("strength", .number(0.7))),
    ])
    let noise = { (seed: UInt64) throws -> Tensor in try Tensor.noise([3, 9, 11], seed: seed).to(.f64) }
    let (picture, weights, direction) = (try noise(1), try noise(2), try noise(3) - 0.5)
    func value(_ t: Double) throws -> Double { try (chain(picture + direction * t) * weights).sum().item() }
    let leaf = try picture.copy()
    try leaf.setRequiresGradient()
    try (chain(leaf) * weights).sum().backward()
    let (analytic, numeric) = (try (leaf.gradient! * direction).sum().item(), try (value(1e-6) - value(-1e-6)) / 2e-6)
    #expect(abs(numeric) > 1e-3 && abs(analytic - numeric) < 1e-5 * max(1, abs(numeric)), "\(analytic), \(numeric)")
  }

  @Test func `everything is checked when the chain is made`() throws {
    func refused(_ steps: [Value], _ text: String, _ fields: [(String, Value)] = []) {
      let got = message { _ = try Call.chain(steps, fields) }
      #expect(got == text)
    }
    refused(
      [step("gaussian"), step("kuwahara", ("radius", .integer(-1)))],
      "filters.chain: step 2 (kuwahara): option 'radius' must be between 1 and 100 pixels, got -1")
    refused(
      [step("gaussian", ("sigam", .number(1)))],
      "filters.chain: step 1 (gaussian): has no option 'sigam'; did you mean 'sigma'?")
    refused(
      [step("kuwahra")], "filters.chain: step 1 (kuwahra): there is no filter 'kuwahra'; did you mean 'kuwahara'?")
    refused(
      [step("xdog", ("blend", .string("multply")))],
      "filters.chain: step 1 (xdog): option 'blend' must be \(Kind.choice(Blend.allCases.map(\.rawValue)).text), got "
        + "\"multply\"; did you mean \"multiply\"?")
    refused(
      [step("xdog", ("input", .integer(1)))],
      "filters.chain: step 1: input must be 0 (the picture) or a step before it, got 1")
    refused(
      [step("gaussian", ("strength", .number(2)))],
      "filters.chain: step 1 (gaussian): option 'strength' must be between 0 and 1, got 2")
    refused(
      [.integer(3)], "filters.chain: expected a step such as {\"gaussian\", sigma = 2} at place 1, got 3")
    refused(
      [], "filters.chain: needs at least one step; filters.chain{ {\"kuwahara\", radius = 5}, {\"xdog\"} }")
    refused(
      [step("xdog")], "filters.chain: option 'name' must be a string, got 3", [("name", .integer(3))])
    refused(
      [step("xdog")],
      "filters.chain: has no option 'sigma'; options of a filter stand in its own step: {\"gaussian\", sigma = 2}",
      [("sigma", .integer(3))])
    let missing = message { _ = try Call.chain([step("convolve")]) }
    #expect(missing.hasPrefix("filters.chain: step 1 (convolve): argument 2 ('kernel')"), "\(missing)")
  }

  @Test func `no filter has an option of the steps' own names`() {
    let own = Set(["input", "blend", "name", "label"])
    for filter in FilterEntries.all() {
      #expect(own.isDisjoint(with: (filter.options + filter.parameters).map(\.name)), "\(filter.name)")
      let extra = filter.parameters.dropFirst().map(\.name)
      #expect(Set(extra).isDisjoint(with: filter.options.map(\.name)), "\(filter.name)")
    }
  }

  @Test(.proves("filters.preset", "filters.presets")) func `every look can be had and is one of its own`() throws {
    guard case .table(let table) = try Call.entry("filters.presets").call([]) else { throw EngineError("test", "") }
    let names = table.list.compactMap { value in
      if case .table(let row) = value, case .string(let name)? = row["name"] { name } else { nil }
    }
    #expect(names.count >= 8 && Set(names).count == names.count && names.contains("ink wash"))
    let picture = try library(96, 72)
    var results: [Tensor] = [picture]
    for name in names {
      guard case .object(let object) = try Call.entry("filters.preset").call([.string(name)]) else { continue }
      let chain = try #require(object as? FilterChain)
      let result = try chain(picture)
      #expect(try chain.name == name && result.shape == picture.shape && result.floats().allSatisfy(\.isFinite))
      for other in results { #expect(try (result - other).abs().mean().item() > 0.02, "\(name)") }
      results.append(result)
      #expect(try chain(Tensor.full([3, 1, 1], 0.5)).floats().allSatisfy(\.isFinite), "\(name) of one pixel")
    }
    // Ink has no color; blueprints are blue where nothing is drawn.
    let ink = results[1 + (names.firstIndex(of: "ink wash") ?? 0)]
    let span = try (ink.max([0]) - ink.min([0])).max().item()
    #expect(span < 0.12, "\(span)")
    let text = message { _ = try Call.entry("filters.preset").call([.string("ink wahs")]) }
    #expect(text == "filters.preset: there is no look 'ink wahs'; did you mean 'ink wash'?")
  }

  @Test func `pixels of a look grow with its scale`() throws {
    func steps(_ scale: Double) throws -> [Table] {
      let value = try Call.entry("filters.preset").call([.string("ink wash")], options: [("scale", .number(scale))])
      guard case .object(let object) = value, let chain = object as? FilterChain else { return [] }
      let method = try #require(FilterChain.scriptType.methods.first { $0.name == "steps" })
      guard case .table(let table) = try method.call([.object(chain)]) else { return [] }
      return table.list.compactMap { if case .table(let step) = $0 { step } else { nil } }
    }
    let (small, large) = (try steps(1), try steps(3))
    #expect(small.count == large.count && !small.isEmpty)
    for (a, b) in zip(small, large) {
      for (key, value) in a.fields {
        guard let x = value.double, let y = b[key]?.double else { continue }
        #expect(abs(y - (["sigma", "radius", "size", "coherence"].contains(key) ? 3 * x : x)) < 1e-9, "\(key)")
      }
    }
  }
}
