internal import CKernels

/// Weights in dense memory, and the storage that keeps what kernels make ready of them.
struct KernelWeights {
  let base: UnsafeRawPointer
  let storage: Storage

  /// What `make` writes, kept until the weights change.
  func ready(
    _ form: WeightForm, bytes: Int, for operation: String, _ make: (UnsafeMutableRawPointer) throws -> Void
  ) throws -> Storage {
    let place = storage.base.distance(to: UnsafeMutableRawPointer(mutating: base))
    let key = PreparedWeights.Key(form: form, place: place)
    if let kept = storage.prepared?.form(key, storage.version) { return kept }
    let made = try Storage(bytes: bytes, for: operation)
    try make(made.base)
    guard PreparedWeights.total + bytes <= PreparedWeights.limit else { return made }
    let prepared = storage.prepared ?? PreparedWeights()
    storage.prepared = prepared
    prepared.keep(made, key, storage.version)
    return made
  }
}

/// A form of weights that kernels multiply with.
struct WeightForm: Hashable {
  enum Kind { case winograd, direct }
  let kind: Kind
  /// Output channels, input channels, groups, and height and width of the windows.
  let sizes: SIMD4<Int>
  /// Whether windows are turned, as the gradient of the input needs them.
  let isTurned: Bool
  /// The name of the instruction set, whose register tiles the form follows.
  let isa = Int(bitPattern: ck_isa())
}

/// What kernels made of weights. It belongs to a storage and is worth something as long as the storage's version holds.
final class PreparedWeights {
  struct Key: Hashable {
    let form: WeightForm
    let place: Int
  }

  /// Bytes that all weights' forms take, and may take: beyond it they are made for each call.
  nonisolated(unsafe) private(set) static var total = 0
  static let limit = Allocator.physicalMemory / 8

  private var forms: [Key: Storage] = [:]
  private var version = 0

  deinit { PreparedWeights.total -= bytes }

  private var bytes: Int { forms.values.reduce(0) { $0 + $1.bytes } }

  func form(_ key: Key, _ version: Int) -> Storage? { version == self.version ? forms[key] : nil }

  func keep(_ form: Storage, _ key: Key, _ version: Int) {
    if version != self.version {
      PreparedWeights.total -= bytes
      forms = [:]
      self.version = version
    }
    PreparedWeights.total += form.bytes - (forms[key]?.bytes ?? 0)
    forms[key] = form
  }
}
