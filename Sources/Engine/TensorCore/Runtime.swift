internal import CKernels
internal import COneDNN
internal import Surface

#if canImport(Glibc)
  internal import Glibc
#endif

/// Settings of the whole engine: instruction set, threads, modes. The engine is used from one thread.
public enum Runtime {
  nonisolated(unsafe) private static var isStarted = false
  /// Whether a script has asked for bytes that do not depend on the number of threads. They never do: no kernel splits its
  /// sums by thread. The switch is kept for scripts that set it.
  nonisolated(unsafe) public static var isDeterministic = false
  /// Whether convolutions are summed as they are defined, without Winograd's filtering: some ten times closer to the
  /// exact sums (2e-6 instead of 2e-5 of a value near 7, 256 channels), and up to three times slower.
  nonisolated(unsafe) public static var isExact = false

  /// Prepares the kernels and libraries once. `ATELIER_ISA=v2|v3|v4` caps the instruction set of both.
  /// Every module that reaches the C kernels calls this first; later calls do nothing.
  public static func start() {
    if isStarted { return }
    isStarted = true
    let isa = String(cString: ck_start(getenv("ATELIER_ISA")))
    ck_set_interrupt(UnsafePointer(Interrupt.address))
    ck_set_watch { Work.moved(Int($0), Int($1), of: Int($2)) }
    Profile.machine = { peak }
    switch isa {
    case "v2": dnnl_set_max_cpu_isa(dnnl_cpu_isa_sse41)
    case "v3": dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2)
    default: break
    }
  }

  /// The instruction set of the kernels in use: `v2`, `v3` or `v4` (x86-64 levels).
  public static var isa: String {
    start()
    return String(cString: ck_isa())
  }

  /// The number of threads that kernels use.
  public static var threads: Int { Int(ck_threads()) }

  /// Sets the number of threads, 1 to 1024.
  public static func setThreads(_ count: Int) throws {
    guard (1...1024).contains(count) else {
      throw EngineError("atelier.threads", expected: "1 to 1024 threads", came: "\(count)")
    }
    ck_set_threads(Int32(count))
  }

  /// Bytes that tensors hold, that are kept for reuse, and the most ever held.
  public static var memory: MemoryUse { Allocator.memory }

  /// The most bytes that tensors may hold: nine tenths of the machine's memory unless it was set.
  public static var memoryLimit: Int { Allocator.limit }

  /// Allows tensors so many bytes, from a megabyte to the machine's memory. Tensors that hold more keep it, and the next
  /// request is refused.
  public static func setMemoryLimit(_ bytes: Int) throws {
    guard (1_000_000...Allocator.physicalMemory).contains(bytes) else {
      throw EngineError(
        "atelier.memory", expected: "a limit of 1 MB to \(Allocator.physicalMemory.bytesText), this machine's memory",
        came: bytes.bytesText)
    }
    Allocator.setLimit(bytes)
  }

  /// The same, from a number of bytes or a number and a unit: `4GB`, `1.5 GB`, `800MB`. Units count in thousands.
  public static func setMemoryLimit(_ text: String) throws {
    let units = ["KB": 1e3, "MB": 1e6, "GB": 1e9, "B": 1, "": 1]
    let number = text.prefix { $0.isNumber || $0 == "." }
    let unit = text.dropFirst(number.count).drop { $0 == " " }.uppercased()
    guard let value = Double(number), let factor = units[unit], value * factor < 0x1p62 else {
      throw EngineError(
        "atelier.memory", expected: "a limit such as \"4GB\" (a number and KB, MB or GB) or a number of bytes",
        came: "\"\(text)\"")
    }
    try setMemoryLimit(Int(value * factor))
  }

  /// oneDNN's version, as in `2.6.3`.
  public static var oneDNNVersion: String {
    let version = dnnl_version().pointee
    return "\(version.major).\(version.minor).\(version.patch)"
  }

  /// This processor's name, or `unknown`.
  public static var processor: String {
    guard let file = fopen("/proc/cpuinfo", "r") else { return "unknown" }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = line.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
      if text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") {
        return String(text[text.index(colon, offsetBy: 2)...].filter { $0 != "\n" })
      }
    }
    return "unknown"
  }
}
