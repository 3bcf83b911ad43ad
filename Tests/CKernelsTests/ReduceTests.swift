import CKernels
import Foundation
import Testing

/// Which axes are reduced, over every layout.
private let cases: [(size: [Int], axes: Set<Int>)] = [
  ([], []), ([0], [0]), ([1], [0]), ([17], [0]), ([64], []), ([129], [0]), ([3000], [0]), ([200_000], [0]),
  ([33, 65], [1]), ([33, 65], [0]), ([5, 0], [1]), ([0, 5], [1]), ([4, 7, 9], [1]), ([4, 7, 9], [0, 2]),
  ([4, 7, 9], [1, 2]),
  ([3000, 4], [1]), ([4, 3000], [0]), ([2, 3, 16, 17], [2, 3]), ([2, 300, 2, 200], [0, 2]),
]

@Suite(.serialized) @MainActor struct ReduceTests {
  private func reduce(_ op: ck_reduce_op, _ x: Operand, _ out: Operand, _ size: [Int], _ axes: Set<Int>) -> Int32 {
    let kept = size.indices.filter { !axes.contains($0) }
    var outer = nest(kept.map { size[$0] }, [out.strides, kept.map { x.strides[$0] }])
    let order = axes.sorted()
    var inner = nest(order.map { size[$0] }, [order.map { x.strides[$0] }])
    return ck_reduce(Int32(op.rawValue), x.block.kind.rawValue, &outer, &inner, out.pointer, x.pointer)
  }

  /// For every element of the input, in order: its place in memory, and which result it belongs to.
  private func members(_ x: Operand, _ size: [Int], _ axes: Set<Int>) -> [(place: Int, result: Int)] {
    var list = [(place: x.origin, result: 0)]
    for d in size.indices {
      list = list.flatMap { e in
        (0..<size[d]).map { (e.place + $0 * x.strides[d], axes.contains(d) ? e.result : e.result * size[d] + $0) }
      }
    }
    return list
  }

  @Test func floatingTypesInEveryLayout() {
    let ops: [(ck_reduce_op, Double, (Double, Double) -> Double)] = [
      (CK_SUM, 0, { $0 + $1 }), (CK_SUMSQ, 0, { $0 + $1 * $1 }), (CK_SUMABS, 0, { $0 + abs($1) }),
      (CK_RMAX, -.infinity, { max($0, $1) }), (CK_RMIN, .infinity, { min($0, $1) }),
    ]
    eachInstructionSet { isa in
      var dice = Dice(21)
      for kind in Kind.floats {
        for (i, c) in cases.enumerated() where c.size.reduce(1, *) < 50_000 || kind == .f32 {
          let x = Operand(kind, c.size, Lay.allCases[i % 6])
          x.block.fill(&dice, -1, 2)
          let list = members(x, c.size, c.axes)
          let keptSize = c.size.indices.filter { !c.axes.contains($0) }.map { c.size[$0] }
          for (op, start, step) in ops {
            let out = Operand(kind, keptSize, i % 2 == 0 ? .contiguous : .gapped)
            #expect(reduce(op, x, out, c.size, c.axes) == 0)
            let results = indices(keptSize)
            var want = [Double](repeating: start, count: results.count)
            var weight = [Double](repeating: 0, count: results.count)
            for (place, result) in list {
              let v = x.block[place]
              want[result] = step(want[result], v)
              weight[result] += abs(v)
            }
            // The plain sum it is compared with is itself only so good.
            let share = (kind == .f64 ? 500 : 2) * kind.epsilon
            let right = results.indices.allSatisfy { near(out[results[$0]], want[$0], kind, slack: share * weight[$0]) }
            #expect(right, "\(isa) \(kind) op \(op.rawValue) \(c.size) over \(c.axes)")
          }
        }
      }
    }
  }

  @Test func productsAndIntegersAndBooleans() {
    let ops: [(ck_reduce_op, (Kind) -> Int64, (Int64, Int64) -> Int64)] = [
      (CK_SUM, { _ in 0 }, { $0 &+ $1 }), (CK_PROD, { _ in 1 }, { $0 &* $1 }),
      (CK_SUMSQ, { _ in 0 }, { $0 &+ $1 &* $1 }),
      (CK_SUMABS, { _ in 0 }, { $0 &+ ($1 < 0 ? 0 &- $1 : $1) }), (CK_ANY, { _ in 0 }, { $0 | ($1 != 0 ? 1 : 0) }),
      (CK_ALL, { _ in 1 }, { $0 & ($1 != 0 ? 1 : 0) }),
      (CK_RMAX, { $0 == .u8 || $0 == .bool ? 0 : -1 << ($0.bytes * 8 - 1) }, { max($0, $1) }),
    ]
    eachInstructionSet { isa in
      var dice = Dice(22)
      for kind in Kind.integers {
        for (i, c) in cases.enumerated() where c.size.reduce(1, *) < 50_000 {
          let x = Operand(kind, c.size, Lay.allCases[i % 6])
          for j in 0..<x.block.count { x.block.set(j, Int64(bitPattern: dice.next())) }
          let list = members(x, c.size, c.axes)
          let keptSize = c.size.indices.filter { !c.axes.contains($0) }.map { c.size[$0] }
          for (op, start, step) in ops {
            let outKind: Kind = op == CK_ANY || op == CK_ALL ? .bool : kind
            let out = Operand(outKind, keptSize, .contiguous)
            #expect(reduce(op, x, out, c.size, c.axes) == 0)
            let wanted = Block(outKind, keptSize.reduce(1, *))
            var sums = [Int64](repeating: start(kind), count: wanted.count)
            for (place, result) in list { sums[result] = step(sums[result], x.block.integer(place)) }
            for (i, sum) in sums.enumerated() { wanted.set(i, sum) }
            let right = sums.indices.allSatisfy { wanted.integer($0) == out.block.integer($0) }
            #expect(right, "\(isa) \(kind) op \(op.rawValue) \(c.size) over \(c.axes)")
          }
        }
      }
      let x = Operand(.f32, [30], .gapped)
      x.block.fill(&dice, 0.9, 1.1)
      let out = Operand(.f32, [], .contiguous)
      #expect(reduce(CK_PROD, x, out, [30], [0]) == 0)
      #expect(near(out[[]], (0..<30).reduce(1) { $0 * x[[$1]] }, .f32, ulps: 1))
    }
  }

  @Test func longSumsKeepTheirDigits() {
    // Sixteen million times 0.1: a running sum in f32 would be off by a tenth and more.
    let n = 1 << 24
    let values = [Float](repeating: 0.1, count: n)
    eachInstructionSet { isa in
      var out: Float = 0
      var (outer, inner) = (nest([], [[], []]), nest([n], [[1]]))
      #expect(ck_reduce(Int32(CK_SUM.rawValue), 0, &outer, &inner, &out, values) == 0)
      #expect(abs(Double(out) / (Double(Float(0.1)) * Double(n)) - 1) < 4e-7, "\(isa) \(out)")
    }
  }

  @Test func extremesKeepNotANumber() {
    for place in [0, 1, 63, 64, 100, 129] {
      var x = (0..<130).map { Float($0) }
      x[place] = .nan
      for (op, size, axes) in [(CK_RMAX, [130], [0]), (CK_RMIN, [130], [0]), (CK_RMAX, [130, 1], [0])] {
        var out: Float = 0
        var (outer, inner) = (nest([], [[], []]), nest([size[axes[0]]], [[1]]))
        _ = ck_reduce(Int32(op.rawValue), 0, &outer, &inner, &out, x)
        #expect(out.isNaN, "NaN at \(place)")
      }
      var at: Int64 = -1
      var outer = nest([], [[], []])
      #expect(ck_arg(false, 0, &outer, 130, 1, &at, x) == 0)
      #expect(at == Int64(place))
    }
  }
}

@Suite(.serialized) @MainActor struct LineTests {
  private let shapes: [(size: [Int], axis: Int)] = [
    ([1], 0), ([2], 0), ([33], 0), ([100], 0), ([5000], 0), ([4, 70], 1), ([70, 4], 0), ([3, 65, 5], 1),
    ([40, 3, 2], 0),
    ([0, 4], 1), ([300, 20], 1), ([65, 40], 0),
  ]

  /// Outer nest, x and out for one case.
  private func lines(_ kind: Kind, _ outKind: Kind, _ size: [Int], _ axis: Int, _ lay: Lay) -> (
    ck_nest, Operand, Operand
  ) {
    let x = Operand(kind, size, lay)
    let out = Operand(outKind, size, .contiguous)
    let others = size.indices.filter { $0 != axis }
    return (nest(others.map { size[$0] }, [others.map { out.strides[$0] }, others.map { x.strides[$0] }]), x, out)
  }

  /// The indices of every line.
  private func all(_ size: [Int], _ axis: Int) -> [[[Int]]] {
    var start = size
    start[axis] = 1
    return indices(start).map { first in
      (0..<size[axis]).map { i in first.enumerated().map { $0.offset == axis ? i : $0.element } }
    }
  }

  @Test func softmaxAndRunningSums() {
    eachInstructionSet { isa in
      var dice = Dice(31)
      for kind in Kind.floats {
        for (i, c) in shapes.enumerated() {
          let lay: Lay = [.contiguous, .permuted, .reversed, .gapped][i % 4]
          for logarithm in [false, true] {
            var (outer, x, out) = lines(kind, kind, c.size, c.axis, lay)
            x.block.fill(&dice, -20, 20)
            let (n, os, xs) = (Int64(c.size[c.axis]), Int64(out.strides[c.axis]), Int64(x.strides[c.axis]))
            #expect(ck_softmax(logarithm, kind.rawValue, &outer, n, os, xs, out.pointer, x.pointer) == 0)
            for line in all(c.size, c.axis) {
              let top = line.map { x[$0] }.max() ?? 0
              let total = line.map { exp(x[$0] - top) }.reduce(0, +)
              let right = line.allSatisfy { index in
                let want = logarithm ? x[index] - top - log(total) : exp(x[index] - top) / total
                // The rounding of x - top is what the exponential makes larger.
                let ulps = 4 + (logarithm ? 0 : top - x[index]) + (kind == .f64 ? 100 : 0)
                return near(out[index], want, kind, ulps: ulps, slack: kind.epsilon * (logarithm ? 20 : 0))
              }
              #expect(right, "\(isa) \(kind) softmax \(logarithm) \(c.size) \(lay)")
            }
          }
          var (outer, x, out) = lines(kind, kind, c.size, c.axis, lay)
          x.block.fill(&dice)
          let (n, os, xs) = (Int64(c.size[c.axis]), Int64(out.strides[c.axis]), Int64(x.strides[c.axis]))
          #expect(ck_cumsum(kind.rawValue, &outer, n, os, xs, out.pointer, x.pointer) == 0)
          for line in all(c.size, c.axis) {
            var (sum, weight) = (0.0, 0.0)
            let right = line.allSatisfy { index in
              sum += x[index]
              weight += abs(x[index])
              return near(out[index], sum, kind, slack: kind.epsilon * weight * 2)
            }
            #expect(right, "\(isa) \(kind) running sum \(c.size) \(lay)")
          }
        }
      }
    }
  }

  @Test func sortingAndPositions() {
    eachInstructionSet { isa in
      var dice = Dice(32)
      for kind in Kind.allCases {
        for (i, c) in shapes.enumerated() {
          let lay: Lay = [.contiguous, .permuted, .reversed, .gapped][i % 4]
          for descending in [false, true] {
            var (outer, x, out) = lines(kind, kind, c.size, c.axis, lay)
            // Few different values, so that stability shows.
            x.block.fill(&dice, kind == .u8 ? 0 : -9, 9)
            if kind.isFloat && x.block.count > 5 { (x.block[3], x.block[5]) = (.nan, 1) }
            let places = Operand(.i64, c.size, .contiguous)
            let (n, os, xs) = (Int64(c.size[c.axis]), Int64(out.strides[c.axis]), Int64(x.strides[c.axis]))
            let positions = places.pointer.assumingMemoryBound(to: Int64.self)
            #expect(ck_sort(descending, kind.rawValue, &outer, n, os, xs, out.pointer, positions, x.pointer) == 0)
            let extreme = Operand(.i64, c.size.enumerated().filter { $0.offset != c.axis }.map(\.element), .contiguous)
            let others = c.size.indices.filter { $0 != c.axis }
            var args = nest(others.map { c.size[$0] }, [extreme.strides, others.map { x.strides[$0] }])
            let first = extreme.pointer.assumingMemoryBound(to: Int64.self)
            #expect(ck_arg(!descending, kind.rawValue, &args, n, xs, first, x.pointer) == 0)
            for line in all(c.size, c.axis) {
              let values = line.map { x[$0] }
              let order = sortedPlaces(values, descending)
              #expect(line.map { Int(places[$0]) } == order, "\(isa) \(kind) \(c.size) \(lay) descending \(descending)")
              let same = zip(line, order).allSatisfy { out[$0] == values[$1] || out[$0].isNaN && values[$1].isNaN }
              #expect(same, "\(isa) \(kind) \(c.size) \(lay): values")
              let nan = values.firstIndex { $0.isNaN }
              let at = Int(extreme[others.map { line[0][$0] }])
              #expect(at == nan ?? order.first, "\(isa) \(kind) \(c.size) \(lay): first extreme")
            }
          }
        }
      }
    }
  }

  /// A stable order of the places, NaN as the largest value.
  private func sortedPlaces(_ values: [Double], _ descending: Bool) -> [Int] {
    values.indices.sorted { a, b in
      let (x, y) = (values[a], values[b])
      let less = x.isNaN ? false : y.isNaN ? true : x < y
      let more = y.isNaN ? false : x.isNaN ? true : x > y
      if less || more { return descending ? more : less }
      return a < b
    }
  }
}
