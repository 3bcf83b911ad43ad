import CKernels
import Foundation
import Testing

private typealias Function = (Double, Double, Double, Double) -> Double

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

private func remainder(_ x: Double, _ y: Double) -> Double {
  let r = fmod(x, y)
  return r != 0 && (r < 0) != (y < 0) ? r + y : r
}

private func geluTanhSlope(_ x: Double) -> Double {
  let k = (2 / Double.pi).squareRoot()
  let t = tanh(k * (x + 0.044715 * x * x * x))
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * k * (1 + 3 * 0.044715 * x * x)
}

/// The function of (x, y, p0, p1) and the absolute error allowed in f32, for results that are small differences.
@MainActor private let rules: [(op: ck_binary_op, slack: Double, value: Function)] = [
  (CK_ADD, 0, { x, y, _, _ in x + y }), (CK_SUB, 0, { x, y, _, _ in x - y }), (CK_MUL, 0, { x, y, _, _ in x * y }),
  (CK_DIV, 0, { x, y, _, _ in x / y }), (CK_POW, 0, { x, y, _, _ in pow(x, y) }),
  (CK_MAX, 0, { x, y, _, _ in max(x, y) }),
  (CK_MIN, 0, { x, y, _, _ in min(x, y) }), (CK_ATAN2, 0, { x, y, _, _ in atan2(x, y) }),
  (CK_FMOD, 0, { x, y, _, _ in fmod(x, y) }), (CK_REMAINDER, 3e-7, { x, y, _, _ in remainder(x, y) }),
  (CK_RELU_GRAD, 0, { g, y, _, _ in y > 0 ? g : 0 }), (CK_LEAKY_RELU_GRAD, 0, { g, x, a, _ in x > 0 ? g : g * a }),
  (CK_ELU_GRAD, 0, { g, x, a, _ in x > 0 ? g : g * a * exp(x) }),
  (CK_SIGMOID_GRAD, 2e-6, { g, y, _, _ in g * (1 - y) * y }),
  (CK_TANH_GRAD, 6e-6, { g, y, _, _ in g * (1 - y * y) }),
  (CK_SILU_GRAD, 2e-6, { g, x, _, _ in g * sigmoid(x) * (1 + x * (1 - sigmoid(x))) }),
  (
    CK_GELU_GRAD, 2e-6,
    { g, x, _, _ in
      g * (0.5 * (1 + erf(x * 0.5.squareRoot())) + x * exp(-0.5 * x * x) / (2 * Double.pi).squareRoot())
    }
  ), (CK_GELU_TANH_GRAD, 3e-6, { g, x, _, _ in g * geluTanhSlope(x) }),
  (CK_SOFTPLUS_GRAD, 0, { g, x, a, b in x * a > b ? g : g * sigmoid(x * a) }),
  (CK_CLAMP_GRAD, 0, { g, x, a, b in x >= a && x <= b ? g : 0 }),
]

@Suite(.serialized) @MainActor struct BinaryTests {
  @Test func everyOpHasARule() { #expect(Set(rules.map(\.op.rawValue)).count == Int(CK_BINARY_COUNT.rawValue)) }

  @Test func valuesInEveryTypeAndLayout() {
    eachInstructionSet { isa in
      var dice = Dice(11)
      for kind in Kind.floats {
        for rule in rules {
          for (i, size) in shapes.enumerated() {
            let (a, b) = (Lay.allCases[i % 6], Lay.allCases[(i / 2 + 1) % 6])
            let (x, y, out) = (Operand(kind, size, a), Operand(kind, size, b), Operand(kind, size, .contiguous))
            x.block.fill(&dice, rule.op == CK_POW ? 0 : -4, 4)
            y.block.fill(&dice)
            var shape = nest(size, [out, x, y])
            let (op, p0, p1) = (Int32(rule.op.rawValue), 0.75, 1.5)
            #expect(ck_binary(op, kind.rawValue, &shape, out.pointer, x.pointer, y.pointer, p0, p1) == 0)
            let ulps = kind == .f32 ? 4.0 : kind == .f64 ? 8 : 0.52
            let slack = kind == .f64 ? rule.slack * 1e-8 : rule.slack
            let wrong = indices(size).first {
              !near(out[$0], rule.value(x[$0], y[$0], p0, p1), kind, ulps: ulps, slack: slack)
            }
            #expect(
              wrong == nil,
              "\(isa) \(kind) op \(op) \(size) \(a) \(b): \(wrong.map { "\(x[$0]), \(y[$0]) gives \(out[$0])" } ?? "")")
          }
        }
      }
    }
  }

  @Test func powersOfSpecialNumbers() {
    let values: [Float] = [
      0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 2.5, .infinity, -.infinity, .nan, 1e30, 1e-30, 16777215,
    ]
    eachInstructionSet { isa in
      for x in values {
        for y in values {
          var out: Float = 0
          var shape = nest([], [[], [], []])
          _ = ck_binary(Int32(CK_POW.rawValue), 0, &shape, &out, [x], [y], 0, 0)
          let want = Double(powf(x, y))
          #expect(near(Double(out), want, .f32, ulps: 1), "\(isa) \(x)^\(y) is \(out), not \(want)")
          if want == 0 { #expect(out.sign == want.sign, "\(isa) \(x)^\(y)") }
          _ = ck_binary(Int32(CK_ATAN2.rawValue), 0, &shape, &out, [x], [y], 0, 0)
          #expect(near(Double(out), atan2(Double(x), Double(y)), .f32), "\(isa) atan2(\(x), \(y)) is \(out)")
        }
      }
    }
  }

  @Test func integers() {
    let pairs: [(Int64, Int64)] = [(7, 3), (-7, 3), (7, -3), (-7, -3), (7, 0), (100, 100), (-128, -1), (0, 5)]
    eachInstructionSet { isa in
      for kind in Kind.integers {
        let (x, y, out) = (Block(kind, 8), Block(kind, 8), Block(kind, 8))
        for (i, p) in pairs.enumerated() {
          x.set(i, p.0)
          y.set(i, p.1)
        }
        var shape = nest([8], [[1], [1], [1]])
        let cases: [(ck_binary_op, (Int64, Int64) -> Int64)] = [
          (CK_ADD, { $0 &+ $1 }), (CK_SUB, { $0 &- $1 }), (CK_MUL, { $0 &* $1 }), (CK_MAX, { max($0, $1) }),
          (CK_MIN, { min($0, $1) }), (CK_FMOD, { $1 == 0 ? 0 : $0 % $1 }),
          (CK_REMAINDER, { $1 == 0 ? 0 : ($0 % $1 + $1) % $1 }),
        ]
        for (op, function) in cases {
          #expect(ck_binary(Int32(op.rawValue), kind.rawValue, &shape, out.memory, x.memory, y.memory, 0, 0) == 0)
          for i in 0..<8 {
            let want = Block(kind, 1)
            want.set(0, function(x.integer(i), y.integer(i)))
            #expect(out.integer(i) == want.integer(0), "\(isa) \(kind) op \(op.rawValue) \(pairs[i])")
          }
        }
        #expect(ck_binary(Int32(CK_DIV.rawValue), kind.rawValue, &shape, out.memory, x.memory, y.memory, 0, 0) == -1)
      }
    }
  }

  @Test func ternary() {
    let cases: [(ck_ternary_op, (Double, Double, Double) -> Double)] = [
      (CK_ADDCMUL, { $0 + 0.75 * $1 * $2 }), (CK_ADDCDIV, { $0 + 0.75 * $1 / $2 }),
      (CK_LERP, { x, y, _ in x + 0.75 * (y - x) }),
      (CK_FMA, { $0 * $1 + $2 }),
    ]
    eachInstructionSet { isa in
      var dice = Dice(5)
      for kind in Kind.floats {
        for (i, size) in shapes.enumerated() {
          let operands = (0..<3).map { Operand(kind, size, Lay.allCases[(i + $0) % 6]) }
          for o in operands { o.block.fill(&dice, 0.5, 4) }
          let out = Operand(kind, size, .contiguous)
          var shape = nest(size, [out] + operands)
          let (x, y, z) = (operands[0], operands[1], operands[2])
          for (op, function) in cases {
            #expect(
              ck_ternary(Int32(op.rawValue), kind.rawValue, &shape, out.pointer, x.pointer, y.pointer, z.pointer, 0.75)
                == 0)
            let right = indices(size).allSatisfy { near(out[$0], function(x[$0], y[$0], z[$0]), kind, ulps: 2) }
            #expect(right, "\(isa) \(kind) op \(op.rawValue) \(size)")
          }
        }
      }
    }
  }

  @Test func comparisonsAndSelection() {
    let tests: [(ck_compare_op, (Double, Double) -> Bool)] = [
      (CK_EQ, { $0 == $1 }), (CK_NE, { $0 != $1 }), (CK_LT, { $0 < $1 }), (CK_LE, { $0 <= $1 }), (CK_GT, { $0 > $1 }),
      (CK_GE, { $0 >= $1 }),
    ]
    eachInstructionSet { isa in
      var dice = Dice(7)
      for kind in Kind.allCases {
        for (i, size) in shapes.enumerated() {
          let (x, y) = (Operand(kind, size, Lay.allCases[i % 6]), Operand(kind, size, Lay.allCases[(i + 3) % 6]))
          x.block.fill(&dice, kind == .u8 ? 0 : -2, 2)
          y.block.fill(&dice, kind == .u8 ? 0 : -2, 2)
          let mask = Operand(.bool, size, i % 2 == 0 ? .contiguous : .permuted)
          var shape = nest(size, [mask, x, y])
          for (op, test) in tests {
            let code = Int32(op.rawValue)
            let out = mask.pointer.assumingMemoryBound(to: UInt8.self)
            #expect(ck_compare(code, kind.rawValue, &shape, out, x.pointer, y.pointer) == 0)
            #expect(
              indices(size).allSatisfy { (mask[$0] == 1) == test(x[$0], y[$0]) }, "\(isa) \(kind) \(code) \(size)")
            for bound in [1, 0.5, -0.5, 300, -1e30, Double.nan] {
              #expect(ck_compare_scalar(code, kind.rawValue, &shape, out, x.pointer, bound) == 0)
              let p = kind == .f32 ? Double(Float(bound)) : kind == .bf16 && bound < -1e29 ? -9.95e29 : bound
              let right = indices(size).allSatisfy { (mask[$0] == 1) == test(x[$0], p) }
              #expect(right, "\(isa) \(kind) \(code) \(bound) \(size)")
            }
          }
          let chosen = Operand(kind, size, .contiguous)
          var four = nest(size, [chosen, mask, x, y])
          let choice = mask.pointer.assumingMemoryBound(to: UInt8.self)
          #expect(ck_where(kind.rawValue, &four, chosen.pointer, choice, x.pointer, y.pointer) == 0)
          #expect(indices(size).allSatisfy { chosen[$0] == (mask[$0] == 1 ? x[$0] : y[$0]) }, "\(isa) where \(kind)")
        }
      }
    }
  }
}
