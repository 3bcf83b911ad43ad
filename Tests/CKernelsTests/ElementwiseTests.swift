import CKernels
import Foundation
import Testing

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// What a unary op should be: its name, the function of (x, p0, p1), inputs, and how many units of f32 it may be off.
private struct Rule {
  let op: ck_unary_op
  let range: ClosedRange<Double>
  let ulps: Double
  let slack: Double
  let value: (Double, Double, Double) -> Double

  init(
    _ op: ck_unary_op, _ range: ClosedRange<Double> = -4...4, _ ulps: Double = 1, slack: Double = 0,
    _ value: @escaping (Double, Double, Double) -> Double
  ) {
    self.op = op
    self.range = range
    self.ulps = ulps
    self.slack = slack
    self.value = value
  }
}

// Slack is for results that are differences of larger numbers: the formula, as PyTorch has it, loses digits there.
@MainActor private let rules: [Rule] = [
  Rule(CK_NEG) { x, _, _ in -x }, Rule(CK_ABS) { x, _, _ in abs(x) },
  Rule(CK_SIGN) { x, _, _ in x > 0 ? 1 : x < 0 ? -1 : 0 },
  Rule(CK_FLOOR) { x, _, _ in floor(x) }, Rule(CK_CEIL) { x, _, _ in ceil(x) },
  Rule(CK_ROUND) { x, _, _ in x.rounded(.toNearestOrEven) }, Rule(CK_TRUNC) { x, _, _ in trunc(x) },
  Rule(CK_EXP, -90...90, 1.5) { x, _, _ in exp(x) }, Rule(CK_EXPM1, -20...20) { x, _, _ in expm1(x) },
  Rule(CK_LOG, 1e-6...9, 1) { x, _, _ in log(x) }, Rule(CK_LOG1P, -0.99...9) { x, _, _ in log1p(x) },
  Rule(CK_LOG2, 1e-6...9) { x, _, _ in log2(x) }, Rule(CK_SQRT, 0...9) { x, _, _ in sqrt(x) },
  Rule(CK_RSQRT, 1e-3...9, 1.5) { x, _, _ in 1 / sqrt(x) }, Rule(CK_RECIPROCAL, 0.1...9) { x, _, _ in 1 / x },
  Rule(CK_SQUARE) { x, _, _ in x * x }, Rule(CK_SIN, -90...90, 1) { x, _, _ in sin(x) },
  Rule(CK_COS, -90...90) { x, _, _ in cos(x) }, Rule(CK_TAN, -9...9) { x, _, _ in tan(x) },
  Rule(CK_ASIN, -1...1) { x, _, _ in asin(x) }, Rule(CK_ACOS, -1...1) { x, _, _ in acos(x) },
  Rule(CK_ATAN, -90...90) { x, _, _ in atan(x) }, Rule(CK_SINH, -9...9) { x, _, _ in sinh(x) },
  Rule(CK_COSH, -9...9) { x, _, _ in cosh(x) }, Rule(CK_TANH, -9...9, 2) { x, _, _ in tanh(x) },
  Rule(CK_ERF) { x, _, _ in erf(x) }, Rule(CK_SIGMOID, -90...90, 2.5) { x, _, _ in sigmoid(x) },
  Rule(CK_LOGSIGMOID, -9...9, 2, slack: 1e-7) { x, _, _ in min(x, 0) - log1p(exp(-abs(x))) },
  Rule(CK_RELU) { x, _, _ in max(x, 0) }, Rule(CK_LEAKY_RELU) { x, a, _ in x > 0 ? x : x * a },
  Rule(CK_ELU, -9...9, 1.5) { x, a, _ in x > 0 ? x : a * expm1(x) },
  Rule(CK_SILU, -9...9, 3.5) { x, _, _ in x * sigmoid(x) },
  Rule(CK_GELU, -9...9, 2.5, slack: 1e-6) { x, _, _ in 0.5 * x * (1 + erf(x * 0.5.squareRoot())) },
  Rule(CK_GELU_TANH, -9...9, 3, slack: 1e-6) { x, _, _ in
    0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  },
  Rule(CK_SOFTPLUS, -9...9, 3) { x, a, b in x * a > b ? x : log1p(exp(x * a)) / a },
  Rule(CK_HARDSWISH, -9...9, 2, slack: 1e-6) { x, _, _ in x * min(max(x + 3, 0), 6) / 6 },
  Rule(CK_MISH, -9...9, 4) { x, _, _ in x * tanh(log1p(exp(x))) },
  Rule(CK_CLAMP) { x, a, b in min(max(x, a), b) }, Rule(CK_ADD_SCALAR) { x, a, _ in x + a },
  Rule(CK_MUL_SCALAR) { x, a, _ in x * a }, Rule(CK_RSUB_SCALAR) { x, a, _ in a - x },
  Rule(CK_DIV_SCALAR) { x, a, _ in x / a }, Rule(CK_RDIV_SCALAR, 0.1...9) { x, a, _ in a / x },
  Rule(CK_POW_SCALAR, 0...9) { x, a, _ in pow(x, a) }, Rule(CK_SCALAR_POW) { x, a, _ in pow(a, x) },
  Rule(CK_AFFINE, -4...4, 1, slack: 5e-7) { x, a, b in x * a + b }, Rule(CK_MAX_SCALAR) { x, a, _ in max(x, a) },
  Rule(CK_MIN_SCALAR) { x, a, _ in min(x, a) },
]

@Suite(.serialized) @MainActor struct UnaryTests {
  // Exact in every floating type.
  let p0 = 0.75
  let p1 = 1.5

  @Test func everyOpHasARule() {
    #expect(Set(rules.map(\.op.rawValue)).count == Int(CK_UNARY_COUNT.rawValue))
  }

  @Test func valuesInEveryTypeAndLayout() {
    eachInstructionSet { isa in
      var dice = Dice(1)
      for kind in Kind.floats {
        for rule in rules {
          for (i, size) in shapes.enumerated() {
            let lay = Lay.allCases[i % Lay.allCases.count]
            let wrong = check(rule, kind, size, lay, i % 3 == 0 ? .permuted : .contiguous, &dice)
            #expect(wrong == nil, "\(isa) \(kind) op \(rule.op.rawValue) \(size) \(lay): \(wrong ?? "")")
          }
        }
      }
    }
  }

  private func check(_ rule: Rule, _ kind: Kind, _ size: [Int], _ lay: Lay, _ outLay: Lay, _ dice: inout Dice)
    -> String?
  {
    let x = Operand(kind, size, lay)
    let out = Operand(kind, size, outLay)
    x.block.fill(&dice, rule.range.lowerBound, rule.range.upperBound)
    var shape = nest(size, [out, x])
    guard ck_unary(Int32(rule.op.rawValue), kind.rawValue, &shape, out.pointer, x.pointer, p0, p1) == 0 else {
      return "refused"
    }
    for index in indices(size) {
      let want = rule.value(x[index], p0, p1)
      let slack = kind == .f64 ? rule.slack * 1e-8 : rule.slack
      if !near(out[index], want, kind, ulps: kind == .f32 ? rule.ulps : kind == .f64 ? 8 : 0.52, slack: slack) {
        return "\(x[index]) gives \(out[index]), not \(want)"
      }
    }
    return nil
  }

  @Test func specialValues() {
    let inputs: [Float] = [
      .infinity, -.infinity, .nan, 0, -0.0, .leastNonzeroMagnitude * 70000, -.leastNonzeroMagnitude * 70000, 3e38,
      -3e38, 89, -104, 88.7, 1e8, -3e7, 1,
    ]
    let cases: [(ck_unary_op, (Double) -> Double)] = [
      (CK_EXP, exp), (CK_LOG, log), (CK_TANH, tanh), (CK_SIGMOID, sigmoid), (CK_ERF, erf), (CK_SIN, sin), (CK_COS, cos),
      (CK_EXPM1, expm1), (CK_LOG1P, log1p), (CK_LOG2, log2), (CK_TAN, tan), (CK_ATAN, atan), (CK_SINH, sinh),
      (CK_COSH, cosh), (CK_ASIN, asin), (CK_ACOS, acos), (CK_SQRT, sqrt),
    ]
    eachInstructionSet { isa in
      for (op, function) in cases {
        var out = [Float](repeating: 0, count: inputs.count)
        var shape = nest([inputs.count], [[1], [1]])
        #expect(ck_unary(Int32(op.rawValue), 0, &shape, &out, inputs, 0, 0) == 0)
        for (x, y) in zip(inputs, out) {
          let want = function(Double(x))
          #expect(near(Double(y), want, .f32, ulps: 2), "\(isa) op \(op.rawValue) of \(x) is \(y), not \(want)")
          if want == 0 && x == 0 { #expect(y.sign == want.sign, "\(isa) op \(op.rawValue): sign of zero") }
        }
      }
    }
  }

  @Test func notANumberStays() {
    for op in [CK_RELU, CK_CLAMP, CK_MAX_SCALAR, CK_MIN_SCALAR, CK_SILU, CK_GELU, CK_HARDSWISH, CK_SOFTPLUS] {
      var out: Float = 0
      var shape = nest([], [[], []])
      _ = ck_unary(Int32(op.rawValue), 0, &shape, &out, [Float.nan], -1, 1)
      #expect(out.isNaN, "op \(op.rawValue)")
    }
  }

  @Test func integersWrap() {
    eachInstructionSet { isa in
      var dice = Dice(3)
      for kind in Kind.integers {
        let x = Operand(kind, [77], .gapped)
        for i in 0..<x.block.count { x.block.set(i, Int64(bitPattern: dice.next())) }
        let out = Operand(kind, [77], .contiguous)
        var shape = nest([77], [out, x])
        let cases: [(ck_unary_op, (Int64) -> Int64)] = [
          (CK_NEG, { 0 &- $0 }), (CK_SQUARE, { $0 &* $0 }), (CK_ADD_SCALAR, { $0 &+ 100 }), (CK_FLOOR, { $0 }),
          (CK_MUL_SCALAR, { $0 &* 100 }), (CK_RSUB_SCALAR, { 100 &- $0 }), (CK_CLAMP, { min(max($0, 100), 3000) }),
        ]
        for (op, function) in cases {
          #expect(ck_unary(Int32(op.rawValue), kind.rawValue, &shape, out.pointer, x.pointer, 100, 3000) == 0)
          let want = Block(kind, 1)
          for i in 0..<77 {
            var value = function(x.block.integer(x.place([i])))
            if op == CK_CLAMP && kind.bytes == 1 { value = min(value, kind == .i8 ? 127 : 255) }
            want.set(0, value)
            #expect(out.block.integer(i) == want.integer(0), "\(isa) \(kind) op \(op.rawValue)")
          }
        }
        #expect(ck_unary(Int32(CK_EXP.rawValue), kind.rawValue, &shape, out.pointer, x.pointer, 0, 0) == -1)
      }
    }
  }
}
