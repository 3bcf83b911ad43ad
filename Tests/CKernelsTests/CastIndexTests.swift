import CKernels
import Foundation
import Testing

@Suite(.serialized) @MainActor struct CastTests {
  /// The value that a conversion should give.
  private func wanted(_ x: Double, _ to: Kind) -> Double {
    switch to {
    case .bool: return x != 0 ? 1 : 0
    case .i64, .i32, .i16, .i8, .u8:
      if x.isNaN { return 0 }
      let low = to == .u8 ? 0 : -pow(2, Double(to.bytes * 8 - 1))
      let high = to == .u8 ? 255 : pow(2, Double(to.bytes * 8 - 1)) - 1
      return min(max(trunc(x), low), high)
    default: return x
    }
  }

  @Test func everyPairOfTypes() {
    eachInstructionSet { isa in
      var dice = Dice(51)
      for from in Kind.allCases {
        for to in Kind.allCases {
          for (i, size) in (shapes + [[70, 90]]).enumerated() {
            let (x, out) = (
              Operand(from, size, Lay.allCases[i % 6]), Operand(to, size, i % 4 == 3 ? .permuted : .contiguous)
            )
            x.block.fill(&dice, to == .u8 || from == .u8 ? 0 : -100, 100)
            if from.isFloat && x.block.count > 20 {
              for (j, special) in [300.0, -300, 1e5, -1e5, 0.4, -0.6, 0].enumerated() where to.isFloat || from != .bf16
              {
                x.block[j] = to == .f16 ? special / 10 : special
              }
            }
            var shape = nest(size, [out, x])
            #expect(ck_cast(from.rawValue, to.rawValue, &shape, out.pointer, x.pointer) == 0)
            let wrong = indices(size).first { !near(out[$0], wanted(x[$0], to), to, ulps: to.isFloat ? 0.5 : 0) }
            #expect(wrong == nil, "\(isa) \(from) to \(to) \(size): \(wrong.map { "\(x[$0]) to \(out[$0])" } ?? "")")
          }
        }
      }
    }
  }

  @Test func edgesOfIntegers() {
    let inputs: [Float] = [
      .nan, .infinity, -.infinity, 2147483648, 2147483520, -2147483648, 1e19, -1e19, 255.9, 256, -0.9, -1,
    ]
    eachInstructionSet { isa in
      for to in Kind.integers {
        let out = Block(to, inputs.count)
        var shape = nest([inputs.count], [[1], [1]])
        #expect(ck_cast(0, to.rawValue, &shape, out.memory, inputs) == 0)
        for (i, x) in inputs.enumerated() {
          let limits: (Int64, Int64) =
            to == .u8 ? (0, 255) : (Int64(-1) << (to.bytes * 8 - 1), ~(Int64(-1) << (to.bytes * 8 - 1)))
          let want =
            x.isNaN
            ? 0
            : Double(x) >= 0x1p63 ? limits.1 : Double(x) <= -0x1p63 ? limits.0 : min(max(Int64(x), limits.0), limits.1)
          #expect(out.integer(i) == want, "\(isa) \(x) to \(to)")
        }
      }
    }
  }

  @Test func everyHalfAndItsNeighboursRound() {
    // All bit patterns of f16 there and back; and rounding of f32, compared with Swift's own conversion.
    var shape = nest([65536], [[1], [1]])
    let patterns = (0..<65536).map { UInt16($0) }
    eachInstructionSet { isa in
      var singles = [Float](repeating: 0, count: 65536)
      var back = [UInt16](repeating: 0, count: 65536)
      for kind in [Kind.f16, .bf16] {
        #expect(ck_cast(kind.rawValue, 0, &shape, &singles, patterns) == 0)
        #expect(ck_cast(0, kind.rawValue, &shape, &back, singles) == 0)
        let same = patterns.allSatisfy { p in
          let s = singles[Int(p)]
          if kind == .f16 && Float(Float16(bitPattern: p)) != s && !s.isNaN { return false }
          return s.isNaN ? (back[Int(p)] & 0x7fff) > (kind == .f16 ? 0x7c00 : 0x7f80) : back[Int(p)] == p
        }
        #expect(same, "\(isa) \(kind)")
      }
      var dice = Dice(52)
      let inputs = (0..<65536).map { i in
        i % 4 == 0
          ? Float(bitPattern: UInt32(truncatingIfNeeded: dice.next()))
          : Float(dice.uniform(-7e4, 7e4) * pow(2, Double(-dice.below(30))))
      }
      #expect(ck_cast(0, Kind.f16.rawValue, &shape, &back, inputs) == 0)
      let right = zip(inputs, back).allSatisfy { x, h in x.isNaN || Float16(x).bitPattern == h }
      #expect(right, "\(isa) rounding to f16")
      #expect(ck_cast(0, Kind.bf16.rawValue, &shape, &back, inputs) == 0)
      let nearest = zip(inputs, back).allSatisfy { x, h in
        let wide = UInt64(x.bitPattern) + 0x7fff + UInt64(x.bitPattern >> 16 & 1)
        return x.isNaN ? h & 0x7fff > 0x7f80 : UInt16(truncatingIfNeeded: wide >> 16) == h
      }
      #expect(nearest, "\(isa) rounding to bf16")
    }
  }

  @Test func filling() {
    for kind in Kind.allCases {
      for (i, size) in shapes.enumerated() {
        let out = Operand(kind, size, [.contiguous, .permuted, .reversed, .gapped][i % 4])
        var shape = nest(size, [out])
        #expect(ck_fill(kind.rawValue, &shape, out.pointer, 1.5, 3) == 0)
        let want = kind.isFloat ? 1.5 : kind == .bool ? 1 : 3
        #expect(indices(size).allSatisfy { out[$0] == want }, "\(kind) \(size)")
      }
    }
  }
}

@Suite(.serialized) @MainActor struct IndexTests {
  @Test func gatherAndScatterAdd() {
    eachInstructionSet { isa in
      var dice = Dice(61)
      for kind in Kind.allCases where kind != .bool {
        for (size, axis, source) in [
          ([7], 0, 5), ([4, 6], 1, 9), ([5, 70], 0, 3), ([2, 3, 40], 1, 8), ([120, 90], 0, 20), ([0], 0, 4),
        ] {
          for broadcastIndex in [false, true] {
            var sourceSize = size
            sourceSize[axis] = source
            let x = Operand(kind, sourceSize, size.count == 1 ? .reversed : .permuted)
            let index = Operand(
              .i64, size,
              broadcastIndex ? size.indices.map { $0 == axis ? 1 : 0 } : Operand(.i64, size, .contiguous).strides)
            let out = Operand(kind, size, .contiguous)
            x.block.fill(&dice, 0, 9)
            for i in 0..<index.block.count { index.block.set(i, Int64(dice.below(source))) }
            let still = x.strides.enumerated().map { $0.offset == axis ? 0 : $0.element }
            var shape = nest(size, [out.strides, index.strides, still])
            let indexPointer = UnsafePointer(index.pointer.assumingMemoryBound(to: Int64.self))
            let (step, count) = (Int64(x.strides[axis]), Int64(source))
            var bad: Int64 = 0
            func place(_ i: [Int]) -> [Int] { i.enumerated().map { $0.offset == axis ? Int(index[i]) : $0.element } }
            #expect(ck_gather(kind.rawValue, &shape, out.pointer, indexPointer, x.pointer, step, count, &bad) == 0)
            #expect(indices(size).allSatisfy { out[$0] == x[place($0)] }, "\(isa) gather \(kind) \(size)")
            var want: [[Int]: Double] = [:]
            for i in indices(sourceSize) { want[i] = x[i] }
            for i in indices(size) { want[place(i)]! += out[i] }
            #expect(ck_scatter_add(kind.rawValue, &shape, out.pointer, indexPointer, x.pointer, step, count, &bad) == 0)
            let limit: Double = kind == .i8 ? 127 : kind == .u8 ? 255 : 1e9
            let right = indices(sourceSize).allSatisfy {
              want[$0]! > limit || near(x[$0], want[$0]!, kind, ulps: kind.isFloat ? 40 : 0)
            }
            #expect(right, "\(isa) scatter \(kind) \(size)")
          }
        }
      }
    }
  }

  @Test func badIndicesAreNamed() {
    let x: [Float] = [1, 2, 3]
    var out: [Float] = [9, 9, 9]
    var shape = nest([3], [[1], [1], [0]])
    for wrong: Int64 in [-1, 3, .max] {
      var bad: Int64 = 0
      #expect(ck_gather(0, &shape, &out, [0, wrong, 2], x, 1, 3, &bad) == 1)
      #expect(bad == wrong)
      #expect(ck_scatter_add(0, &shape, x, [0, wrong, 2], &out, 1, 3, &bad) == 1)
      #expect(out == [9, 9, 9])
    }
  }
}
