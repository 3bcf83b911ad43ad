internal import CKernels
internal import COneDNN
internal import Surface

/// One matrix product, or a batch of them: [B,] M × K by [B,] K × N. Strides in elements; of each operand's last two
/// axes one has stride 1.
struct MatmulPlan: Hashable {
  var batch, m, n, k: Int
  /// Batch, row and column strides of the left and right operand; a batch stride of 0 means one matrix for all.
  var left, right: SIMD3<Int>

  var operations: Double { 2 * Double(batch) * Double(m) * Double(n) * Double(k) }
}

/// Matrix products: oneDNN for f32, the plain kernel for f64.
enum MatmulKernels {
  private struct Key: Hashable {
    let plan: MatmulPlan
    let threads: Int
  }
  nonisolated(unsafe) private static var cache = PrimitiveCache<Key>(capacity: 256)
  static var cachedCount: Int { cache.count }
  /// Whether the library's products have the same bytes on any number of threads on this processor.
  private static let hasFixedOrder = Runtime.isa == "v4"

  /// c = a · b into dense row-major memory.
  static func product(
    _ plan: MatmulPlan, _ type: ElementType, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
    into c: UnsafeMutableRawPointer
  ) throws {
    try Profile.measure("matmul", flops: plan.operations) {
      Profile.moved(plan.moved(type))
      try productParts(plan, type, a, b, into: c)
    }
  }

  private static func productParts(
    _ plan: MatmulPlan, _ type: ElementType, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
    into c: UnsafeMutableRawPointer
  ) throws {
    // Small products: the plain kernel is faster than a call into the library, and it is the f64 path.
    // Below AVX-512 the library sums along k by thread, so that its bytes would depend on their number.
    if type == .f64 || plan.operations < 32768 || !hasFixedOrder { return try plain(plan, type, a, b, into: c) }
    if plan.operations > 2.5e10, plan.m > 256 || plan.batch > 1 {
      return try parts(plan) { sub, left, right, out in
        try productParts(sub, type, a + left * 4, b + right * 4, into: c + out * 4)
      }
    }
    Profile.path("oneDNN matmul")
    let primitive = try cache.primitive(for: Key(plan: plan, threads: Runtime.threads)) { try compile(plan) }
    try primitive.run([a, b], into: c)
  }

  /// Splits what would take too long to interrupt: first the batch, then rows.
  private static func parts(
    _ plan: MatmulPlan, _ body: (MatmulPlan, _ left: Int, _ right: Int, _ out: Int) throws -> Void
  ) throws {
    var sub = plan
    if plan.batch > 1 {
      sub.batch = plan.batch / 2
      try Work.part(0, of: 2) { try body(sub, 0, 0, 0) }
      let first = sub.batch
      sub.batch = plan.batch - first
      try Work.part(1, of: 2) {
        try body(sub, first * plan.left.x, first * plan.right.x, first * plan.m * plan.n)
      }
    } else {
      sub.m = (plan.m / 2 + 63) / 64 * 64
      try Work.part(0, of: 2) { try body(sub, 0, 0, 0) }
      let first = sub.m
      sub.m = plan.m - first
      try Work.part(1, of: 2) { try body(sub, first * plan.left.y, 0, first * plan.n) }
    }
  }

  private static func plain(
    _ plan: MatmulPlan, _ type: ElementType, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
    into c: UnsafeMutableRawPointer
  ) throws {
    Profile.path("own gemm")
    for image in 0..<plan.batch {
      if image & 0xff == 0xff { Work.reached(image, of: plan.batch) }
      let status = ck_gemm(
        type.code, Int64(plan.m), Int64(plan.n), Int64(plan.k), a + image * plan.left.x * type.size,
        Int64(plan.left.y), Int64(plan.left.z), b + image * plan.right.x * type.size, Int64(plan.right.y),
        Int64(plan.right.z), c + image * plan.m * plan.n * type.size, Int64(plan.n))
      try finish(status, "matmul")
    }
  }

  private static func compile(_ plan: MatmulPlan) throws -> CompiledPrimitive {
    func layout(_ rows: Int, _ columns: Int, _ strides: SIMD3<Int>) -> dnnl_memory_desc_t {
      if plan.batch == 1 { return OneDNN.strided([rows, columns], [strides.y, strides.z]) }
      let shared = strides.x == 0
      return OneDNN.strided(
        [shared ? 1 : plan.batch, rows, columns], [shared ? rows * columns : strides.x, strides.y, strides.z])
    }
    var a = layout(plan.m, plan.k, plan.left), b = layout(plan.k, plan.n, plan.right)
    var c = OneDNN.dense(plan.batch == 1 ? [plan.m, plan.n] : [plan.batch, plan.m, plan.n])
    var operation = dnnl_matmul_desc_t()
    try OneDNN.check(dnnl_matmul_desc_init(&operation, &a, &b, nil, &c), "matmul")
    var description: dnnl_primitive_desc_t?
    try OneDNN.check(
      dnnl_primitive_desc_create(&description, &operation, OneDNN.attributes, OneDNN.engine, nil), "matmul")
    defer { dnnl_primitive_desc_destroy(description) }
    return try CompiledPrimitive(
      description!,
      inputs: [(DNNL_ARG_SRC_0, dnnl_query_src_md, 0, a), (DNNL_ARG_WEIGHTS_0, dnnl_query_weights_md, 0, b)],
      output: (DNNL_ARG_DST_0, dnnl_query_dst_md, 0, c))
  }
}
