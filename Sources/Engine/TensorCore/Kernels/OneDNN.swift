internal import CKernels
internal import COneDNN
internal import Surface

/// oneDNN's engine, stream and compiled primitives. The only file family that speaks its C interface.
enum OneDNN {
  nonisolated(unsafe) static let engine: dnnl_engine_t = {
    Runtime.start()
    var engine: dnnl_engine_t?
    dnnl_engine_create(&engine, dnnl_cpu, 0)
    return engine!
  }()
  nonisolated(unsafe) static let stream: dnnl_stream_t = {
    var stream: dnnl_stream_t?
    dnnl_stream_create(&stream, engine, UInt32(dnnl_stream_default_flags.rawValue))
    return stream!
  }()
  /// Scratch memory comes from us: Debian's build would keep a scratchpad per primitive.
  nonisolated(unsafe) static let attributes: dnnl_primitive_attr_t = {
    var attributes: dnnl_primitive_attr_t?
    dnnl_primitive_attr_create(&attributes)
    dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user)
    return attributes!
  }()

  /// Throws when a call failed: these are refusals of shapes that oneDNN has no implementation for.
  static func check(_ status: dnnl_status_t, _ operation: String) throws {
    if status != dnnl_success {
      throw EngineError(operation, "oneDNN refused this shape (status \(status.rawValue))")
    }
  }

  /// A dense description in the given order of sizes.
  static func dense(_ sizes: [Int]) -> dnnl_memory_desc_t { strided(sizes, Dims(sizes).rowMajorStrides.array) }

  /// A description with strides.
  static func strided(_ sizes: [Int], _ strides: [Int]) -> dnnl_memory_desc_t {
    var description = dnnl_memory_desc_t()
    dnnl_memory_desc_init_by_strides(
      &description, Int32(sizes.count), sizes.map(Int64.init), dnnl_f32, strides.map(Int64.init))
    return description
  }

  /// A description whose layout the primitive chooses.
  static func any(_ sizes: [Int]) -> dnnl_memory_desc_t {
    var description = dnnl_memory_desc_t()
    dnnl_memory_desc_init_by_tag(&description, Int32(sizes.count), sizes.map(Int64.init), dnnl_f32, dnnl_format_tag_any)
    return description
  }
}

/// A compiled primitive with its operands' layouts, and the reorders between them and plain memory.
///
/// Memory objects are made once; a call only points them at its data.
final class CompiledPrimitive {
  private final class Operand {
    let argument: Int32
    let plain: dnnl_memory_t
    let inner: dnnl_memory_t
    /// Between plain and inner layout; nil where they are the same.
    let reorder: dnnl_primitive_t?
    let innerBytes: Int

    init(_ argument: Int32, plain: dnnl_memory_desc_t, inner: dnnl_memory_desc_t, isOutput: Bool) throws {
      self.argument = argument
      var (plain, inner) = (plain, inner)
      self.plain = try Operand.memory(&plain)
      self.inner = try Operand.memory(&inner)
      innerBytes = dnnl_memory_desc_get_size(&inner)
      if dnnl_memory_desc_equal(&plain, &inner) != 0 {
        reorder = nil
        return
      }
      var description: dnnl_primitive_desc_t?
      let status =
        isOutput
        ? dnnl_reorder_primitive_desc_create(
          &description, &inner, OneDNN.engine, &plain, OneDNN.engine, OneDNN.attributes)
        : dnnl_reorder_primitive_desc_create(
          &description, &plain, OneDNN.engine, &inner, OneDNN.engine, OneDNN.attributes)
      try OneDNN.check(status, "reorder")
      defer { dnnl_primitive_desc_destroy(description) }
      var primitive: dnnl_primitive_t?
      try OneDNN.check(dnnl_primitive_create(&primitive, description), "reorder")
      reorder = primitive
    }

    private static func memory(_ description: inout dnnl_memory_desc_t) throws -> dnnl_memory_t {
      var memory: dnnl_memory_t?
      try OneDNN.check(dnnl_memory_create(&memory, &description, OneDNN.engine, nil), "memory")
      return memory!
    }

    deinit {
      dnnl_memory_destroy(plain)
      dnnl_memory_destroy(inner)
      if let reorder { dnnl_primitive_destroy(reorder) }
    }
  }

  private let primitive: dnnl_primitive_t
  private let inputs: [Operand]
  private let output: Operand
  private let scratch: dnnl_memory_t
  private let scratchBytes: Int

  /// Compiles from a primitive description. `query` names where the description keeps each operand's layout.
  init(
    _ description: dnnl_primitive_desc_t,
    inputs: [(argument: Int32, query: dnnl_query_t, index: Int32, plain: dnnl_memory_desc_t)],
    output: (argument: Int32, query: dnnl_query_t, index: Int32, plain: dnnl_memory_desc_t)
  ) throws {
    var compiled: dnnl_primitive_t?
    try OneDNN.check(dnnl_primitive_create(&compiled, description), "primitive")
    primitive = compiled!
    self.inputs = try inputs.map {
      let inner = dnnl_primitive_desc_query_md(description, $0.query, $0.index).pointee
      return try Operand($0.argument, plain: $0.plain, inner: inner, isOutput: false)
    }
    let inner = dnnl_primitive_desc_query_md(description, output.query, output.index).pointee
    self.output = try Operand(output.argument, plain: output.plain, inner: inner, isOutput: true)
    var pad = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0).pointee
    scratchBytes = dnnl_memory_desc_get_size(&pad)
    var memory: dnnl_memory_t?
    try OneDNN.check(dnnl_memory_create(&memory, &pad, OneDNN.engine, nil), "memory")
    scratch = memory!
  }

  deinit {
    dnnl_primitive_destroy(primitive)
    dnnl_memory_destroy(scratch)
  }

  /// Runs on plain memory: reorders inputs where needed, computes, reorders the output back.
  func run(_ data: [UnsafeRawPointer], into result: UnsafeMutableRawPointer) throws {
    var arguments: [dnnl_exec_arg_t] = []
    var held: [Storage] = []
    for (operand, pointer) in zip(inputs, data) {
      let plain = UnsafeMutableRawPointer(mutating: pointer)
      if let reorder = operand.reorder {
        let inner = try Storage(bytes: operand.innerBytes, for: "convolution")
        held.append(inner)
        dnnl_memory_set_data_handle(operand.plain, plain)
        dnnl_memory_set_data_handle(operand.inner, inner.base)
        try execute(reorder, [.init(arg: 1, memory: operand.plain), .init(arg: 17, memory: operand.inner)])
      } else {
        dnnl_memory_set_data_handle(operand.inner, plain)
      }
      arguments.append(.init(arg: operand.argument, memory: operand.inner))
    }
    var target = result
    if output.reorder != nil {
      let inner = try Storage(bytes: output.innerBytes, for: "convolution")
      held.append(inner)
      target = inner.base
    }
    dnnl_memory_set_data_handle(output.inner, target)
    arguments.append(.init(arg: output.argument, memory: output.inner))
    if scratchBytes > 0 {
      let pad = try Storage(bytes: scratchBytes, for: "convolution")
      held.append(pad)
      dnnl_memory_set_data_handle(scratch, pad.base)
      arguments.append(.init(arg: DNNL_ARG_SCRATCHPAD, memory: scratch))
    }
    try execute(primitive, arguments)
    if let reorder = output.reorder {
      dnnl_memory_set_data_handle(output.plain, result)
      try execute(reorder, [.init(arg: 1, memory: output.inner), .init(arg: 17, memory: output.plain)])
    }
    withExtendedLifetime(held) {}
    try Interrupt.check()
  }

  private func execute(_ primitive: dnnl_primitive_t, _ arguments: [dnnl_exec_arg_t]) throws {
    try OneDNN.check(
      dnnl_primitive_execute(primitive, OneDNN.stream, Int32(arguments.count), arguments), "convolution")
  }
}

/// How work is divided into library calls.
package enum LibraryCalls {
  /// How many times smaller than usual calls of convolutions are; tests split small ones with it.
  nonisolated(unsafe) package static var caution = 1.0
}

/// How many compiled primitives each family holds; they never grow beyond their capacity.
package enum PrimitiveCount {
  package static var convolutions: Int { ConvolutionKernels.cachedCount }
  package static var products: Int { MatmulKernels.cachedCount }
  package static var poolings: Int { PoolingKernels.cachedCount }
}

/// Compiled primitives by what they compute, the least recently used dropped first.
struct PrimitiveCache<Key: Hashable> {
  private var entries: [Key: (primitive: CompiledPrimitive, use: Int)] = [:]
  private var clock = 0
  private let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  /// How many primitives are held.
  var count: Int { entries.count }

  /// The primitive for a key, compiled when it is not there.
  mutating func primitive(for key: Key, compile: () throws -> CompiledPrimitive) throws -> CompiledPrimitive {
    clock += 1
    if let entry = entries[key] {
      entries[key]!.use = clock
      return entry.primitive
    }
    if entries.count >= capacity, let oldest = entries.min(by: { $0.value.use < $1.value.use })?.key {
      entries[oldest] = nil
    }
    let compiled = try compile()
    entries[key] = (compiled, clock)
    return compiled
  }
}
