internal import Surface
public import TensorCore

extension Filters {
  /// How finely `posterize` divides the values from 0 to 1.
  public enum Levels: Sendable {
    /// So many levels from 0 to 1, evenly spread; every value takes the nearest.
    case even(Int)
    /// The highest bits of values from 0 to 255, the others 0, as Pillow's ImageOps.posterize does.
    case bits(Int)
  }

  /// Few values per color channel; they are clipped to 0...1 first. Alpha stays. It has no gradient: its result is made
  /// of steps.
  public static func posterize(_ image: Tensor, _ levels: Levels, scope: FilterScope = .init()) throws -> Tensor {
    switch levels {
    case .even(let count) where !(2...256).contains(count):
      throw EngineError("filters.posterize", expected: "between 2 and 256 levels", came: "\(count)")
    case .bits(let count) where !(1...8).contains(count):
      throw EngineError("filters.posterize", expected: "between 1 and 8 bits", came: "\(count)")
    default: break
    }
    return try scope.apply("filters.posterize", to: image) { picture in
      let stepped = try Autograd.noGradient {
        try onColors(of: picture.detached()) { x in
          switch levels {
          case .even(let count):
            let steps = Double(count - 1)
            return try (x.clamp(0, 1) * steps + 0.5).floor() / steps
          case .bits(let count):
            let low = Double(1 << (8 - count))
            return try ((x.clamp(0, 1) * 255 + 0.5).floor() / low).floor() * (low / 255)
          }
        }
      }
      return stepped.withoutGradient(
        "filters.posterize", from: [picture], "a result made of steps has no gradient",
        advice: "detach the picture first")
    }
  }
}
