import CKernels
import Foundation
import Testing

@Suite(.serialized) @MainActor struct MatrixTests {
  @Test func productsInEveryShapeAndOrder() {
    let shapes = [
      (1, 1, 1), (1, 5, 3), (3, 1, 7), (5, 7, 0), (0, 3, 3), (12, 32, 16), (13, 33, 17), (11, 31, 257), (97, 40, 300),
      (100, 481, 20), (6, 16, 512),
    ]
    eachInstructionSet { isa in
      var dice = Dice(41)
      for kind in [Kind.f32, .f64] {
        for (m, n, k) in shapes {
          for (aLay, bLay) in [(Lay.contiguous, Lay.contiguous), (.permuted, .contiguous), (.reversed, .permuted)] {
            let (a, b) = (Operand(kind, [m, k], aLay), Operand(kind, [k, n], bLay))
            a.block.fill(&dice)
            b.block.fill(&dice)
            let ldc = n + 3
            let c = Block(kind, m * ldc)
            let status = ck_gemm(
              kind.rawValue, Int64(m), Int64(n), Int64(k), a.pointer, Int64(a.strides[0]), Int64(a.strides[1]),
              b.pointer,
              Int64(b.strides[0]), Int64(b.strides[1]), c.memory, Int64(ldc))
            #expect(status == 0)
            let untouched = Block(kind, 1)[0]
            var right = true
            for i in 0..<m {
              for j in 0..<n {
                var (sum, weight) = (0.0, 0.0)
                for p in 0..<k {
                  let product = a[i, p] * b[p, j]
                  sum += product
                  weight += abs(product)
                }
                right = right && near(c[i * ldc + j], sum, kind, slack: kind.epsilon * weight * 8)
              }
              for j in n..<ldc { right = right && (c[i * ldc + j] == untouched || untouched.isNaN) }
            }
            #expect(right, "\(isa) \(kind) \(m)×\(n)×\(k) \(aLay) \(bLay)")
          }
        }
      }
    }
  }
}

@Suite(.serialized) @MainActor struct WindowTests {
  private func convolutions() -> [ck_conv] {
    // batch, groups, in, out, height, width, kernel, stride, padding, dilation
    let rows: [[Int64]] = [
      [1, 1, 1, 1, 5, 5, 3, 1, 1, 1], [2, 1, 3, 4, 7, 9, 3, 2, 1, 1], [1, 2, 4, 6, 8, 6, 3, 1, 0, 2],
      [2, 4, 4, 4, 6, 6, 2, 2, 0, 1], [1, 1, 2, 3, 4, 5, 1, 1, 0, 1], [1, 1, 2, 2, 3, 3, 5, 1, 2, 1],
      [1, 1, 1, 2, 9, 4, 4, 3, 3, 1],
    ]
    return rows.map { r in
      var p = ck_conv()
      (p.batch, p.groups, p.in_channels, p.out_channels) = (r[0], r[1], r[2], r[3])
      (p.in_height, p.in_width, p.kernel_height, p.kernel_width) = (r[4], r[5], r[6], r[6])
      (p.stride_y, p.stride_x, p.pad_top, p.pad_left, p.dilation_y, p.dilation_x) = (r[7], r[7], r[8], r[8], r[9], r[9])
      p.out_height = (r[4] + 2 * r[8] - r[9] * (r[6] - 1) - 1) / r[7] + 1
      p.out_width = (r[5] + 2 * r[8] - r[9] * (r[6] - 1) - 1) / r[7] + 1
      return p
    }
  }

  /// Every product of the convolution: places in x, w and y.
  private func products(_ p: ck_conv, _ body: (Int, Int, Int) -> Void) {
    let (ci, co) = (p.in_channels / p.groups, p.out_channels / p.groups)
    for n in 0..<p.batch {
      for o in 0..<p.out_channels {
        for c in 0..<ci {
          for ky in 0..<p.kernel_height {
            for kx in 0..<p.kernel_width {
              for y in 0..<p.out_height {
                for x in 0..<p.out_width {
                  let (iy, ix) = (
                    y * p.stride_y - p.pad_top + ky * p.dilation_y, x * p.stride_x - p.pad_left + kx * p.dilation_x
                  )
                  guard iy >= 0, iy < p.in_height, ix >= 0, ix < p.in_width else { continue }
                  let channel = o / co * ci + c
                  body(
                    Int(((n * p.in_channels + channel) * p.in_height + iy) * p.in_width + ix),
                    Int(((o * ci + c) * p.kernel_height + ky) * p.kernel_width + kx),
                    Int(((n * p.out_channels + o) * p.out_height + y) * p.out_width + x))
                }
              }
            }
          }
        }
      }
    }
  }

  @Test func convolutionAndItsGradients() {
    eachInstructionSet { isa in
      var dice = Dice(42)
      for kind in [Kind.f32, .f64] {
        for (number, convolution) in convolutions().enumerated() {
          var p = convolution
          let input = Int(p.batch * p.in_channels * p.in_height * p.in_width)
          let output = Int(p.batch * p.out_channels * p.out_height * p.out_width)
          let kernel = Int(p.out_channels * p.in_channels / p.groups * p.kernel_height * p.kernel_width)
          let (x, w, g, bias) = (
            Block(kind, input), Block(kind, kernel), Block(kind, output), Block(kind, Int(p.out_channels))
          )
          for block in [x, w, g, bias] { block.fill(&dice) }
          let (y, dx, dw) = (Block(kind, output), Block(kind, input), Block(kind, kernel))
          #expect(ck_conv_forward(kind.rawValue, &p, x.memory, w.memory, bias.memory, y.memory) == 0)
          #expect(ck_conv_backward_data(kind.rawValue, &p, g.memory, w.memory, dx.memory) == 0)
          #expect(ck_conv_backward_weights(kind.rawValue, &p, x.memory, g.memory, dw.memory) == 0)
          let area = Int(p.out_height * p.out_width)
          var wantY = (0..<output).map { bias[$0 / area % Int(p.out_channels)] }
          var (wantX, wantW) = ([Double](repeating: 0, count: input), [Double](repeating: 0, count: kernel))
          products(p) { xi, wi, yi in
            wantY[yi] += x[xi] * w[wi]
            wantX[xi] += g[yi] * w[wi]
            wantW[wi] += g[yi] * x[xi]
          }
          let slack = kind.epsilon * 4000
          #expect(
            (0..<output).allSatisfy { near(y[$0], wantY[$0], kind, slack: slack) }, "\(isa) \(kind) \(number) forward")
          #expect(
            (0..<input).allSatisfy { near(dx[$0], wantX[$0], kind, slack: slack) }, "\(isa) \(kind) \(number) data")
          #expect(
            (0..<kernel).allSatisfy { near(dw[$0], wantW[$0], kind, slack: slack) }, "\(isa) \(kind) \(number) weights")
        }
      }
    }
  }

  @Test func pooling() {
    var dice = Dice(43)
    // planes, height, width, kernel, stride, padding, extra output for the ceiling rule
    let rows: [[Int64]] = [
      [2, 6, 8, 2, 2, 0, 0], [3, 7, 7, 3, 2, 1, 0], [1, 5, 5, 2, 2, 0, 1], [2, 4, 9, 3, 3, 1, 1],
      [1, 3, 3, 3, 1, 1, 0],
    ]
    for row in rows {
      for countsPadding in [false, true] {
        for kind in [Kind.f32, .f64] {
          var p = ck_pool()
          (p.planes, p.in_height, p.in_width, p.kernel_height, p.kernel_width) = (
            row[0], row[1], row[2], row[3], row[3]
          )
          (p.stride_y, p.stride_x, p.pad_top, p.pad_left) = (row[4], row[4], row[5], row[5])
          (p.dilation_y, p.dilation_x, p.count_padding) = (1, 1, countsPadding)
          p.out_height = (row[1] + 2 * row[5] - row[3]) / row[4] + 1 + row[6]
          p.out_width = (row[2] + 2 * row[5] - row[3]) / row[4] + 1 + row[6]
          (p.divisor_height, p.divisor_width) = (row[1] + row[5], row[2] + row[5])
          checkPooling(&p, kind, &dice)
        }
      }
    }
  }

  private func checkPooling(_ p: inout ck_pool, _ kind: Kind, _ dice: inout Dice) {
    let (input, output) = (Int(p.planes * p.in_height * p.in_width), Int(p.planes * p.out_height * p.out_width))
    let (x, top, mean) = (Block(kind, input), Block(kind, output), Block(kind, output))
    x.fill(&dice)
    x[input / 2] = .nan
    var positions = [Int64](repeating: -1, count: output)
    #expect(ck_max_pool(kind.rawValue, &p, x.memory, top.memory, &positions) == 0)
    #expect(ck_avg_pool(kind.rawValue, &p, x.memory, mean.memory) == 0)
    let (g, dx) = (Block(kind, output), Block(kind, input))
    g.fill(&dice)
    #expect(ck_avg_pool_backward(kind.rawValue, &p, g.memory, dx.memory) == 0)
    var wantX = [Double](repeating: 0, count: input)
    for o in 0..<output {
      let plane = o / Int(p.out_height * p.out_width) * Int(p.in_height * p.in_width)
      let y0 = o / Int(p.out_width) % Int(p.out_height) * Int(p.stride_y) - Int(p.pad_top)
      let x0 = o % Int(p.out_width) * Int(p.stride_x) - Int(p.pad_left)
      let ys = max(y0, 0)..<max(min(y0 + Int(p.kernel_height), Int(p.in_height)), max(y0, 0))
      let xs = max(x0, 0)..<max(min(x0 + Int(p.kernel_width), Int(p.in_width)), max(x0, 0))
      let places = ys.flatMap { y in xs.map { y * Int(p.in_width) + $0 } }
      let values = places.map { x[plane + $0] }
      let whole =
        (min(y0 + Int(p.kernel_height), Int(p.divisor_height)) - y0)
        * (min(x0 + Int(p.kernel_width), Int(p.divisor_width)) - x0)
      let divisor = Double(p.count_padding ? whole : places.count)
      let best = values.contains { $0.isNaN } ? Double.nan : values.max() ?? -.infinity
      #expect(near(top[o], best, kind))
      let first = values.firstIndex { best.isNaN ? $0.isNaN : $0 == best }
      if let first { #expect(positions[o] == Int64(places[first])) }
      if divisor == 0 { continue }
      #expect(near(mean[o], values.reduce(0, +) / divisor, kind, ulps: 8, slack: kind.epsilon * 40))
      for place in places { wantX[plane + place] += g[o] / divisor }
    }
    #expect((0..<input).allSatisfy { near(dx[$0], wantX[$0], kind, ulps: 8, slack: kind.epsilon * 40) })
  }

  @Test func resampling() {
    let (n, outputs, taps) = (9, 7, 3)
    let starts = (0..<outputs).map { Int32($0 * 2 - 3) }
    eachInstructionSet { isa in
      var dice = Dice(44)
      let weights = (0..<outputs * taps).map { $0 % 5 == 4 ? Float(0) : Float(dice.uniform(-1, 1)) }
      for kind in [Kind.f32, .f64] {
        for others in [1, 3, 15, 16, 17, 40, 130] {
          for (inLay, outLay, alongRows) in [
            (Lay.contiguous, Lay.contiguous, true), (.contiguous, .contiguous, false), (.gapped, .reversed, true),
            (.permuted, .contiguous, true), (.contiguous, .gapped, false),
          ] {
            let x = Operand(kind, alongRows ? [others, n] : [n, others], inLay)
            let out = Operand(kind, alongRows ? [others, outputs] : [outputs, others], outLay)
            x.block.fill(&dice)
            let (line, axis) = alongRows ? (0, 1) : (1, 0)
            var outer = nest([others], [[out.strides[line]], [x.strides[line]]])
            let status = ck_resample(
              kind.rawValue, &outer, Int64(n), Int64(x.strides[axis]), Int64(outputs), Int64(out.strides[axis]),
              Int64(taps),
              starts, weights, out.pointer, x.pointer)
            #expect(status == 0)
            var right = true
            for l in 0..<others {
              for j in 0..<outputs {
                var want = 0.0
                for t in 0..<taps {
                  let place = min(max(Int(starts[j]) + t, 0), n - 1)
                  want += Double(weights[j * taps + t]) * x[alongRows ? [l, place] : [place, l]]
                }
                right = right && near(out[alongRows ? [l, j] : [j, l]], want, kind, ulps: 2, slack: kind.epsilon * 16)
              }
            }
            #expect(right, "\(isa) \(kind) \(others) \(inLay) \(outLay) rows \(alongRows)")
          }
        }
      }
    }
  }
}
