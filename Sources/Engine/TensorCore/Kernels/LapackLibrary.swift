internal import COpenBLAS
internal import Surface

#if canImport(Glibc)
  internal import Glibc
#endif

/// LAPACK's routines in one precision.
struct Lapack {
  let potrf: lapack_potrf
  let gelqf: lapack_gelqf
  let orglq: lapack_orglq
  let gesdd: lapack_gesdd
  let syevd: lapack_syevd
  let getrf: lapack_getrf
  let getrs: lapack_getrs

  /// The routines of a precision (`s` or `d`) in an opened library.
  private init(_ library: UnsafeMutableRawPointer, _ precision: String) throws {
    func find<Routine>(_ name: String) throws -> Routine {
      unsafeBitCast(try Lapack.symbol(precision + name + "_", in: library), to: Routine.self)
    }
    potrf = try find("potrf")
    gelqf = try find("gelqf")
    orglq = try find("orglq")
    gesdd = try find("gesdd")
    syevd = try find("syevd")
    getrf = try find("getrf")
    getrs = try find("getrs")
  }

  nonisolated(unsafe) private static var opened: (single: Lapack, double: Lapack)?

  /// The routines for f32 or f64. The first call opens OpenBLAS.
  static func routines(_ type: ElementType) throws -> Lapack {
    let both = try opened ?? open()
    opened = both
    return type == .f64 ? both.double : both.single
  }

  /// Opens OpenBLAS with one thread: its own pool of threads beside ours slows both down thirtyfold
  /// (OpenMathLib/OpenBLAS issue 3187). It reads the number as it is loaded, when it would start that pool; a linked
  /// library is loaded before any code of ours, costs every start 2.3 ms of processor time and leaves a thread behind.
  /// The kernels it takes are those of our own instruction set, unless the user's environment names others.
  private static func open() throws -> (single: Lapack, double: Lapack) {
    let core = ["v2": "Nehalem", "v3": "Haswell", "v4": "SkylakeX"][Runtime.isa] ?? "Nehalem"
    let handle = with(environment: "OPENBLAS_NUM_THREADS", "1", overrides: true) {
      with(environment: "OPENBLAS_CORETYPE", core, overrides: false) {
        dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL)
      }
    }
    guard let handle else {
      throw EngineError(
        "linear algebra", "OpenBLAS cannot be loaded (\(dlerror().map { String(cString: $0) } ?? "no reason given"))",
        advice: "install Debian's package libopenblas0")
    }
    // Builds on OpenMP count threads in their own way; they are told once more.
    unsafeBitCast(try symbol("openblas_set_num_threads", in: handle), to: openblas_threads.self)(1)
    return (try Lapack(handle, "s"), try Lapack(handle, "d"))
  }

  /// Runs `body` with a variable of the environment set, and puts back what was there.
  private static func with<R>(environment name: String, _ value: String, overrides: Bool, _ body: () -> R) -> R {
    let before = getenv(name).map { String(cString: $0) }
    setenv(name, value, overrides ? 1 : 0)
    defer {
      if let before { setenv(name, before, 1) } else { unsetenv(name) }
    }
    return body()
  }

  private static func symbol(_ name: String, in library: UnsafeMutableRawPointer) throws -> UnsafeMutableRawPointer {
    guard let address = dlsym(library, name) else {
      throw EngineError(
        "linear algebra", "this OpenBLAS lacks \(name)", advice: "install Debian's package libopenblas0")
    }
    return address
  }
}
