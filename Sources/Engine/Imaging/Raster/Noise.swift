/// Noise textures that depend on position and seed only: the value at a place is the same whatever is drawn around
/// it, in any order, at any resolution.
public struct Noise {
  private let seed: UInt32

  /// The noise of a seed.
  public init(seed: UInt64) { self.seed = UInt32(truncatingIfNeeded: Noise.mix(seed)) }

  /// The lattice's number: noises of one key are the same.
  package var key: UInt32 { seed }

  /// Splitmix64's finaliser (Steele, Lea and Flood 2014): a good 64-bit mix.
  package static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A hash of a lattice point.
  @inline(__always)
  private func hash(_ x: Int32, _ y: Int32) -> UInt32 {
    var h = UInt32(bitPattern: x) &* 0x8DA6_B343 ^ UInt32(bitPattern: y) &* 0xD816_3841 ^ seed
    h = (h ^ (h >> 16)) &* 0x7FEB_352D
    h = (h ^ (h >> 15)) &* 0x846C_A68B
    return h ^ (h >> 16)
  }

  /// White noise: independent uniform values in 0…1 on the integer lattice.
  @inline(__always)
  public func white(_ x: Int, _ y: Int) -> Float {
    Float(hash(Int32(truncatingIfNeeded: x), Int32(truncatingIfNeeded: y)) >> 8) * (1 / 16_777_216)
  }

  /// The lattice cell of a coordinate; coordinates beyond 2³⁰ (and NaN) all read as 0.
  @inline(__always)
  private func cell(_ value: Float) -> (index: Int32, fraction: Float) {
    guard abs(value) < 1_073_741_824 else { return (0, 0) }
    let floor = value.rounded(.down)
    return (Int32(floor), value - floor)
  }

  @inline(__always)
  private func fade(_ t: Float) -> Float { t * t * t * (t * (t * 6 - 15) + 10) }

  /// Value noise: smooth between uniform values in 0…1 at the integer lattice.
  @inline(__always)
  public func value(_ x: Float, _ y: Float) -> Float {
    let (i, u) = cell(x), (j, v) = cell(y)
    let s = fade(u), t = fade(v)
    let scale: Float = 1 / 4_294_967_296
    let a = Float(hash(i, j)), b = Float(hash(i &+ 1, j))
    let c = Float(hash(i, j &+ 1)), d = Float(hash(i &+ 1, j &+ 1))
    let top = a + (b - a) * s, bottom = c + (d - c) * s
    return (top + (bottom - top) * t) * scale
  }

  /// Gradient noise (Perlin 2002's construction over hashed directions): about −1…1, zero on the lattice.
  @inline(__always)
  public func gradient(_ x: Float, _ y: Float) -> Float {
    let (i, u) = cell(x), (j, v) = cell(y)
    let s = fade(u), t = fade(v)
    let a = slope(hash(i, j), u, v), b = slope(hash(i &+ 1, j), u - 1, v)
    let c = slope(hash(i, j &+ 1), u, v - 1), d = slope(hash(i &+ 1, j &+ 1), u - 1, v - 1)
    let top = a + (b - a) * s, bottom = c + (d - c) * s
    return top + (bottom - top) * t
  }

  /// One of eight directions, four diagonal and four axial, times the offset.
  @inline(__always)
  private func slope(_ hash: UInt32, _ x: Float, _ y: Float) -> Float {
    switch hash >> 29 {
    case 0: x + y
    case 1: x - y
    case 2: y - x
    case 3: -x - y
    case 4: 1.4 * x
    case 5: -1.4 * x
    case 6: 1.4 * y
    default: -1.4 * y
    }
  }

  /// Several octaves of value noise, each twice as fine and half as strong: 0…1.
  public func fractal(_ x: Float, _ y: Float, octaves: Int) -> Float {
    var sum: Float = 0, total: Float = 0, weight: Float = 1, scale: Float = 1
    for octave in 0..<octaves {
      // Each octave is moved, so that the lattices' lines do not coincide.
      let shift = Float(octave) * 17.31
      sum += weight * value(x * scale + shift, y * scale - shift)
      total += weight
      weight *= 0.5
      scale *= 2
    }
    return sum / total
  }

  /// Several octaves of gradient noise: about −1…1.
  public func turbulence(_ x: Float, _ y: Float, octaves: Int) -> Float {
    var sum: Float = 0, total: Float = 0, weight: Float = 1, scale: Float = 1
    for octave in 0..<octaves {
      let shift = Float(octave) * 17.31
      sum += weight * gradient(x * scale + shift, y * scale - shift)
      total += weight
      weight *= 0.5
      scale *= 2
    }
    return sum / total
  }
}

/// A stream of random numbers for placing things: splitmix64, one per object, so that adding an object does not move
/// the others.
public struct Dice {
  private var state: UInt64

  /// The stream of a number under a seed.
  public init(_ seed: UInt64, _ stream: UInt64) { state = Noise.mix(seed) ^ Noise.mix(stream &* 0xA24B_AED4_963E_E407) }

  /// Uniform in 0…1 (1 excluded).
  public mutating func roll() -> Float {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    return Float(Noise.mix(state) >> 40) * (1 / 16_777_216)
  }

  /// Uniform between two values.
  public mutating func roll(_ low: Float, _ high: Float) -> Float { low + (high - low) * roll() }
}
