import CKernels
import Foundation
import Testing

/// Element types by their numbers in ckernels.h.
enum Kind: Int32, CaseIterable {
  case f32, f64, bf16, f16, i64, i32, i16, i8, u8, bool

  static let floats: [Kind] = [.f32, .f64, .bf16, .f16]
  static let integers: [Kind] = [.i64, .i32, .i16, .i8, .u8]

  var bytes: Int { [4, 8, 2, 2, 8, 4, 2, 1, 1, 1][Int(rawValue)] }
  var isFloat: Bool { Kind.floats.contains(self) }

  /// Relative size of half a unit in the last place.
  var epsilon: Double {
    switch self {
    case .f32: 0x1p-24
    case .f64: 0x1p-53
    case .bf16: 0x1p-8
    case .f16: 0x1p-11
    default: 0
    }
  }

  /// The smallest positive number.
  var tiny: Double {
    switch self {
    case .f32: 0x1p-149
    case .f64: 0x1p-1074
    case .bf16: 0x1p-133
    case .f16: 0x1p-24
    default: 0
    }
  }
}

/// A small generator of its own (splitmix64), so that inputs are the same on every run.
struct Dice {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func below(_ n: Int) -> Int { Int(next() % UInt64(n)) }

  mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * Double(next() >> 11) * 0x1p-53
  }
}

/// Exactly as many elements as a layout reaches, from malloc, so that memory checkers see a step too far.
final class Block {
  let kind: Kind
  let count: Int
  let memory: UnsafeMutableRawPointer

  init(_ kind: Kind, _ count: Int) {
    self.kind = kind
    self.count = count
    memory = malloc(max(count * kind.bytes, 1))!
    memset(memory, 0x5a, count * kind.bytes)
  }

  deinit { free(memory) }

  /// An element as f64 (integers up to 2^53 exactly).
  subscript(_ i: Int) -> Double {
    get {
      switch kind {
      case .f32: Double(memory.load(fromByteOffset: i * 4, as: Float.self))
      case .f64: memory.load(fromByteOffset: i * 8, as: Double.self)
      case .bf16: Double(Float(bitPattern: UInt32(memory.load(fromByteOffset: i * 2, as: UInt16.self)) << 16))
      case .f16: Double(Float16(bitPattern: memory.load(fromByteOffset: i * 2, as: UInt16.self)))
      default: Double(integer(i))
      }
    }
    set {
      switch kind {
      case .f32: memory.storeBytes(of: Float(newValue), toByteOffset: i * 4, as: Float.self)
      case .f64: memory.storeBytes(of: newValue, toByteOffset: i * 8, as: Double.self)
      case .bf16:
        // Cut off: the test only needs some bf16 near the value.
        let bits = UInt16(Float(newValue).bitPattern >> 16) | (newValue.isNaN ? 0x40 : 0)
        memory.storeBytes(of: bits, toByteOffset: i * 2, as: UInt16.self)
      case .f16: memory.storeBytes(of: Float16(newValue).bitPattern, toByteOffset: i * 2, as: UInt16.self)
      default: set(i, Int64(newValue))
      }
    }
  }

  func integer(_ i: Int) -> Int64 {
    switch kind {
    case .i64: memory.load(fromByteOffset: i * 8, as: Int64.self)
    case .i32: Int64(memory.load(fromByteOffset: i * 4, as: Int32.self))
    case .i16: Int64(memory.load(fromByteOffset: i * 2, as: Int16.self))
    case .i8: Int64(memory.load(fromByteOffset: i, as: Int8.self))
    default: Int64(memory.load(fromByteOffset: i, as: UInt8.self))
    }
  }

  /// Stores the low bits of an integer.
  func set(_ i: Int, _ value: Int64) {
    switch kind {
    case .i64: memory.storeBytes(of: value, toByteOffset: i * 8, as: Int64.self)
    case .i32: memory.storeBytes(of: Int32(truncatingIfNeeded: value), toByteOffset: i * 4, as: Int32.self)
    case .i16: memory.storeBytes(of: Int16(truncatingIfNeeded: value), toByteOffset: i * 2, as: Int16.self)
    case .bool: memory.storeBytes(of: value & 1 != 0 ? 1 : 0, toByteOffset: i, as: UInt8.self)
    default: memory.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: i, as: UInt8.self)
    }
  }

  /// Numbers between the bounds (whole ones for integers).
  func fill(_ dice: inout Dice, _ low: Double = -4, _ high: Double = 4) {
    for i in 0..<count {
      let value = dice.uniform(low, high)
      if kind.isFloat {
        self[i] = value
      } else {
        set(i, kind == .bool ? Int64(dice.below(2)) : Int64(value.rounded()))
      }
    }
  }

  var data: Data { Data(bytes: memory, count: count * kind.bytes) }
}

/// How an operand lies in memory.
enum Lay: CaseIterable { case contiguous, gapped, broadcast, reversed, permuted, oneRow }

/// An operand: memory, the place of its first element, and its strides.
struct Operand {
  let block: Block
  let origin: Int
  let strides: [Int]

  init(_ kind: Kind, _ size: [Int], _ lay: Lay) {
    var strides = [Int](repeating: 0, count: size.count)
    var step = lay == .gapped ? 2 : 1
    let order = lay == .permuted ? Array(size.indices) : size.indices.reversed()
    for d in order {
      let still = lay == .broadcast && d == size.count - 1 || lay == .oneRow && d == 0
      strides[d] = still ? 0 : step
      if !still { step *= max(size[d], 1) }
      if lay == .gapped { step += 1 }
    }
    if lay == .reversed { strides = strides.enumerated().map { $0.offset % 2 == 0 ? -$0.element : $0.element } }
    self.init(kind, size, strides)
  }

  init(_ kind: Kind, _ size: [Int], _ strides: [Int]) {
    let reach = zip(size, strides).map { ($0 - 1) * $1 }
    let low = reach.filter { $0 < 0 }.reduce(0, +)
    let high = reach.filter { $0 > 0 }.reduce(0, +)
    block = Block(kind, size.contains(0) ? 0 : high - low + 1)
    origin = -low
    self.strides = strides
  }

  var pointer: UnsafeMutableRawPointer { block.memory + origin * block.kind.bytes }

  /// The element's place in the block.
  func place(_ index: [Int]) -> Int { origin + zip(index, strides).map { $0 * $1 }.reduce(0, +) }

  subscript(_ index: [Int]) -> Double { block[place(index)] }

  /// An element of a matrix.
  subscript(_ i: Int, _ j: Int) -> Double { block[origin + i * strides[0] + j * strides[1]] }
}

/// The nest of operands that share the sizes.
func nest(_ size: [Int], _ strides: [[Int]]) -> ck_nest {
  var nest = ck_nest()
  nest.rank = Int32(size.count)
  nest.operands = Int32(strides.count)
  withUnsafeMutableBytes(of: &nest.size) { raw in
    let to = raw.bindMemory(to: Int64.self)
    for d in size.indices { to[d] = Int64(size[d]) }
  }
  withUnsafeMutableBytes(of: &nest.stride) { raw in
    let to = raw.bindMemory(to: Int64.self)
    for k in strides.indices { for d in size.indices { to[k * 8 + d] = Int64(strides[k][d]) } }
  }
  return nest
}

func nest(_ size: [Int], _ operands: [Operand]) -> ck_nest { nest(size, operands.map(\.strides)) }

/// Every index of a shape, last axis fastest.
func indices(_ size: [Int]) -> [[Int]] {
  size.reduce([[]]) { prefixes, n in prefixes.flatMap { p in (0..<n).map { p + [$0] } } }
}

/// Shapes around the vector widths, and some of several axes.
let shapes: [[Int]] = [
  [], [0], [1], [2], [3], [15], [16], [17], [31], [33], [64], [100], [600], [2, 3], [3, 17], [5, 0, 2], [2, 3, 33],
  [40, 4], [3, 2, 5, 7],
]

/// Runs the body for every instruction set this CPU has, then goes back to the best.
func eachInstructionSet(_ body: (String) throws -> Void) rethrows {
  defer { _ = ck_start(nil) }
  var last = ""
  for cap in ["v2", "v3", "v4"] {
    let name = String(cString: ck_start(cap))
    if name != last { try body(name) }
    last = name
  }
}

/// True when the value is within `ulps` units in the last place of its type from the wanted one (both NaN, or the same
/// infinity, count), or nearer than `slack`.
func near(_ got: Double, _ want: Double, _ kind: Kind, ulps: Double = 1, slack: Double = 0) -> Bool {
  if want.isNaN || got.isNaN { return want.isNaN && got.isNaN }
  if got == want { return true }
  if got.isInfinite || want.isInfinite { return abs(got.isInfinite ? want : got) > 0.99 * kind.largest }
  return abs(got - want) <= 2 * kind.epsilon * ulps * abs(want) + kind.tiny + slack
}

extension Kind {
  /// The largest finite number.
  var largest: Double {
    switch self {
    case .f32: Double(Float.greatestFiniteMagnitude)
    case .bf16: 3.3895313892515355e38
    case .f16: 65504
    default: .greatestFiniteMagnitude
    }
  }
}
