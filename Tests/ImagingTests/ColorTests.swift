import Checkpoints
import Imaging
import Surface
import TensorCore
import TestSupport
import Testing

/// Colour spaces beside scikit-image's, their inverses, their gradients.
@Suite(.serialized) @MainActor struct ColorTests {
  private static let sizes = ["5x7", "16x3", "1x40"]

  private static var settings: [(name: String, space: ColorSpace, options: ColorSpace.Options)] {
    var rec709 = ColorSpace.Options()
    rec709.luma = .rec709
    var full = ColorSpace.Options()
    full.fullRange = true
    return ColorSpace.allCases.map { ($0.rawValue, $0, $0 == .gray ? rec709 : .init()) } + [("full", .ycbcr, full)]
  }

  /// In f64 the goldens' own precision counts; Lab's published constants have 6 digits, but both sides take the same.
  @Test(
    .proves("images.to_gray", "images.from_gray", "images.to_linear", "images.from_linear"),
    .proves("images.to_hsv", "images.from_hsv", "images.to_yiq", "images.from_yiq"),
    .proves("images.to_ycbcr", "images.from_ycbcr", "images.to_lab", "images.from_lab"),
    .proves("images.to_oklab", "images.from_oklab"))
  func equalsScikitImage() throws {
    let file = try goldens("spaces")
    for size in Self.sizes {
      let rgb = try file.tensor("rgb/\(size)")
      for (name, space, options) in Self.settings {
        let expected = try file.tensor("to/\(name)/\(size)")
        try expectClose(space.from(rgb: rgb, options), expected, within: 1e-9, "to \(name), \(size)")
        let single = try space.from(rgb: rgb.to(.f32), options)
        #expect(single.dtype == .f32)
        // f32 has 24 bits; a hue is a quotient of small differences, which lose some of them.
        try expectClose(single, expected, within: 3e-6, "to \(name) in f32, \(size)")
        guard file.keys.contains("from/\(name)/\(size)") else { continue }
        let other = try file.tensor("other/\(name)/\(size)"), back = try file.tensor("from/\(name)/\(size)")
        // Oklab's published inverse has ten digits, ours is computed from the forward matrices; the steep foot of
        // sRGB's curve enlarges the difference.
        let digits = space == .oklab ? 3e-6 : 1e-8
        try expectClose(space.rgb(from: other, options), back, within: digits, "from \(name), \(size)")
        try expectClose(space.rgb(from: other.to(.f32), options), back, within: 1e-5, "from \(name) in f32, \(size)")
      }
    }
  }

  @Test func takesBatchesOneByOne() throws {
    let batch = try noise([2, 3, 5, 6])
    for (name, space, options) in Self.settings {
      let all = try space.from(rgb: batch, options)
      #expect(all.shape == [2, space == .gray ? 1 : 3, 5, 6])
      for index in 0..<2 {
        let one = try space.from(rgb: batch.select(0, index), options)
        try expectClose(all.select(0, index), one, within: 1e-12, name)
        try expectClose(
          space.rgb(from: all, options).select(0, index), space.rgb(from: one, options), within: 1e-12, name)
      }
    }
  }

  @Test func comesBack() throws {
    let rgb = try noise([3, 20, 20])
    for (name, space, options) in Self.settings where space != .gray {
      // scikit-image's thresholds of the curves do not meet exactly: about 1e-8 of light.
      try expectClose(space.rgb(from: space.from(rgb: rgb, options), options), rgb, within: 1e-7, name)
      // Beyond 0…1, as sharpening makes it; hue needs values from 0 on.
      guard space != .hsv else { continue }
      let beyond = try rgb * 1.6 - 0.3
      try expectClose(
        space.rgb(from: space.from(rgb: beyond, options), options), beyond, within: 1e-6, "\(name) beyond")
    }
    let grey = try ColorSpace.gray.rgb(from: ColorSpace.gray.from(rgb: rgb))
    #expect(grey.shape == [3, 20, 20])
    try expectSameBytes(grey.narrow(0, 0, 1).copy(), grey.narrow(0, 2, 1).copy(), "three equal channels")
  }

  /// XYZ to Oklab as its author's table gives it, to its three digits. The colours lie outside sRGB, which is no matter.
  @Test func oklabHasItsPublishedValues() throws {
    let toLinear = try Tensor(
      doubles: [
        3.2404542, -1.5371385, -0.4985314, -0.9692660, 1.8760108, 0.0415560, 0.0556434, -0.2040259, 1.0572252,
      ], [3, 3])
    let table: [([Double], [Double])] = [
      ([0.950, 1, 1.089], [1, 0, 0]), ([1, 0, 0], [0.450, 1.236, -0.019]), ([0, 1, 0], [0.922, -0.671, 0.263]),
      ([0, 0, 1], [0.153, -1.415, -0.449]),
    ]
    for (xyz, expected) in table {
      let rgb = try ColorSpace.linear.rgb(from: toLinear.matmul(Tensor(doubles: xyz, [3, 1])).reshape([3, 1, 1]))
      let found = try ColorSpace.oklab.from(rgb: rgb).doubles()
      for (value, wanted) in zip(found, expected) { #expect(abs(value - wanted) < 2e-3, "\(xyz): \(found)") }
    }
  }

  @Test(
    .checksGradient(of: "images.to_gray", "images.from_gray", "images.to_linear", "images.from_linear"),
    .checksGradient(of: "images.to_hsv", "images.from_hsv", "images.to_yiq", "images.from_yiq"),
    .checksGradient(of: "images.to_ycbcr", "images.from_ycbcr", "images.to_lab", "images.from_lab"),
    .checksGradient(of: "images.to_oklab", "images.from_oklab"))
  func hasGradients() throws {
    // Away from the curves' knees and from equal channels, where there is no single slope.
    let rgb = try noise([3, 4, 5]) * 0.8 + 0.1
    for (name, space, options) in Self.settings {
      try checkGradient("to \(name)", at: rgb) { try space.from(rgb: $0, options) }
      try checkGradient("from \(name)", at: space.from(rgb: rgb, options)) { try space.rgb(from: $0, options) }
    }
    for space in ColorSpace.allCases {
      let corners = try Tensor(doubles: [0, 1, 0.5, 0, 1, 0.5, 0, 1, 0.5], [3, 1, 3])
      try corners.setRequiresGradient()
      try space.rgb(from: space.from(rgb: corners)).sum().backward()
      #expect(try corners.gradient?.doubles().allSatisfy(\.isFinite) == true, "\(space) of black, white, grey")
    }
  }

  @Test func clipsWhenAsked() throws {
    var options = ColorSpace.Options()
    options.clip = true
    let lab = try Tensor(doubles: [50, 120, -120], [3, 1, 1])
    #expect(try ColorSpace.lab.rgb(from: lab).max().item() > 1)
    #expect(try ColorSpace.lab.rgb(from: lab, options).doubles().allSatisfy { (0...1).contains($0) })
  }

  @Test func refusesWhatIsNoPicture() throws {
    func refusal(_ tensor: Tensor) -> String { message { _ = try ColorSpace.lab.from(rgb: tensor) } }
    #expect(
      refusal(try .zeros([4, 4])) == "images.to_lab: expected a picture 3×H×W or a batch N×3×H×W, got a tensor of 4×4")
    #expect(refusal(try .zeros([4, 4, 3])).hasSuffix("are the channels last? x:permute(…) moves them"))
    #expect(refusal(try .zeros([3, 4, 4], .i64)).contains("divide by 255"))
    #expect(refusal(try .zeros([3, 0, 4])).contains("expected a picture with pixels, got one of 3×0×4"))
    #expect(
      message { _ = try ColorSpace.gray.rgb(from: .zeros([3, 2, 2])) }.hasPrefix(
        "images.from_gray: expected a picture 1×H×W")
    )
  }
}
