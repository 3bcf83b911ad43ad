import Checkpoints
import Imaging
import Surface
import TensorCore
import TestSupport
import Testing

/// Resizing, against Pillow.
@Suite(.serialized) @MainActor struct ResizeTests {
  private func resize(_ picture: Tensor, _ size: String, _ mode: ResizeMode, clip: Bool) throws -> Tensor {
    let sides = size.split(separator: "x").map { Int($0)! }
    var request = Resize.Request(width: sides[0], height: sides[1])
    request.mode = mode
    request.clip = clip
    return try Resize.apply(picture, request)
  }

  @Test(.proves("images.resize")) func equalsPillowInFloat() throws {
    let file = try SafetensorsFile(path: Fixtures.golden("imaging/resize.safetensors"))
    let input = try file.tensor("input").unsqueeze(0)
    var compared = 0
    for mode in ResizeMode.allCases {
      for key in file.keys where key.hasPrefix(mode.rawValue + "/") {
        let result = try resize(input, String(key.dropFirst(mode.rawValue.count + 1)), mode, clip: false)
        #expect(try difference(result, file.tensor(key).unsqueeze(0)) < 3e-6, "\(key)")
        compared += 1
      }
    }
    #expect(compared == 35)
  }

  @Test func equalsPillowWithinALevelOn8Bits() throws {
    let file = try SafetensorsFile(path: Fixtures.golden("imaging/resize.safetensors"))
    let input = try file.tensor("input8").to(.f32) / 255
    for mode in ResizeMode.allCases {
      for size in ["13x10", "61x50"] {
        let result = try resize(input, size, mode, clip: true)
        let expected = try file.tensor("\(mode.rawValue)8/\(size)").to(.f32) / 255
        // As 8-bit files hold them: Pillow also rounds between the two axes, which we do not.
        let rounded = try (result * 255 + 0.5).floor() / 255
        #expect(try difference(rounded, expected) <= 1.001 / 255, "\(mode) \(size)")
      }
    }
  }

  @Test func nearestTakesPillowsColumns() throws {
    let file = try SafetensorsFile(path: Fixtures.golden("imaging/resize.safetensors"))
    for (inputs, outputs) in [(1024, 200), (768, 150), (640, 99), (64, 25)] {
      let starts = TapTable.resampling(from: inputs, to: outputs, mode: .nearest).starts.map(Float.init)
      let expected = try file.tensor("columns/\(inputs)-\(outputs)").floats()
      #expect(starts == expected)
    }
  }

  @Test func tablesAreSane() throws {
    for mode in ResizeMode.allCases {
      for (inputs, outputs) in [(1, 1), (1, 9), (9, 1), (2, 3), (1000, 7), (7, 1000), (64, 64)] {
        let table = TapTable.resampling(from: inputs, to: outputs, mode: mode)
        #expect(table.taps <= inputs)
        for output in 0..<outputs {
          #expect(table.starts[output] >= 0 && Int(table.starts[output]) + table.taps <= inputs)
          let sum = table.weights[output * table.taps..<(output + 1) * table.taps].reduce(0, +)
          #expect(abs(sum - 1) < 1e-5, "\(mode) \(inputs) to \(outputs)")
        }
        let line = (0..<inputs).map { Float($0 % 5) }
        let engine = try Tensor(line, [inputs]).resample(axis: 0, taps: table).floats()
        #expect(zip(engine, table.applied(to: line)).allSatisfy { abs($0 - $1) < 1e-5 })
      }
    }
  }

  @Test func sizesKeepTheAspect() throws {
    let picture = try Tensor.zeros([3, 20, 30]), batch = try Tensor.zeros([2, 3, 20, 30])
    #expect(try Resize.apply(picture, .init(width: 15)).shape == [3, 10, 15])
    #expect(try Resize.apply(picture, .init(height: 40)).shape == [3, 40, 60])
    #expect(try Resize.apply(picture, .init(maxSize: 60)).shape == [3, 40, 60])
    #expect(try Resize.apply(picture, .init(scale: 0.01)).shape == [3, 1, 1])
    #expect(try Resize.apply(batch, .init(width: 5, height: 7)).shape == [2, 3, 7, 5])
    #expect(try Resize.apply(picture, .init(width: 30, height: 20)) === picture)
  }

  @Test func refuses() throws {
    let picture = try Tensor.zeros([3, 20, 30])
    func refusal(_ request: Resize.Request) -> String { message { _ = try Resize.apply(picture, request) } }
    #expect(refusal(.init()).contains("got none"))
    #expect(refusal(.init(width: 3, scale: 2)).contains("got several"))
    #expect(refusal(.init(width: 1 << 40)).contains("cannot make a picture"))
    #expect(refusal(.init(width: -4)).contains("cannot make a picture"))
    #expect(refusal(.init(scale: -1)).contains("cannot make a picture"))
    #expect(refusal(.init(scale: 1e300)).contains("cannot make a picture"))
    #expect(refusal(.init(width: .max, height: .max)).contains("cannot make a picture"))
    #expect(message { _ = try Resize.apply(Tensor.zeros([4, 4]), .init(width: 2)) }.contains("got a tensor of 4×4"))
    #expect(message { _ = try Resize.apply(Tensor.zeros([3, 0, 4]), .init(width: 2)) }.contains("3×0×4"))
  }

  /// The gradient of resizing is its transpose: ⟨R x, y⟩ = ⟨x, Rᵀ y⟩.
  @Test func gradientIsTheAdjoint() throws {
    let x = try Tensor((0..<3 * 7 * 9).map { Float($0 * 29 % 17) / 17 }, [3, 7, 9])
    try x.setRequiresGradient()
    var request = Resize.Request(width: 4, height: 11)
    request.clip = false
    let y = try Resize.apply(x, request)
    let weights = try Tensor((0..<y.count).map { Float($0 * 13 % 11) / 11 }, y.shape)
    let loss = try (y * weights).sum()
    try loss.backward()
    let gradient = try #require(x.gradient)
    #expect(abs(try (gradient * x.detached()).sum().item() - loss.item()) < 1e-4)
  }
}
