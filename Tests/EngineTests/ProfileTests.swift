import Engine
import LuaHost
import TensorCore
import TestSupport
import Testing

/// What profiles say of paths, bytes and shares of the machine's peak.
@Suite(.serialized) @MainActor struct ProfileTests {
  /// A profile of some work on a machine of 1 GFLOP/s and 1 GB/s.
  private func profile(_ body: () throws -> Void) throws -> ProfileReport {
    try Profile.start()
    do { try body() } catch {
      _ = Profile.stop()
      throw error
    }
    return Profile.stop()
  }

  private func row(_ report: ProfileReport, _ name: String) throws -> ProfileNode {
    try #require(report.rows().first { $0.node.name == name }, "no row \(name) in \(report.text())").node
  }

  private let peak = MachinePeak(flops: 1e9, bytesPerSecond: 1e9)

  @Test func convolutionsAndProductsSayTheirPath() throws {
    let x = try Tensor.ones([1, 8, 16, 16]), w = try Tensor.ones([8, 8, 3, 3])
    let report = try profile {
      _ = try x.conv2d(w, ConvolutionOptions(padding: (1, 1)))
      _ = try x.convTranspose2d(w, ConvolutionOptions(stride: (2, 2)))
      _ = try Tensor.ones([4, 4]).matmul(Tensor.ones([4, 4]))
      _ = try x.converted(to: .f64).conv2d(w.converted(to: .f64))
    }
    let convolution = try row(report, "convolution"), product = try row(report, "matmul")
    #expect(convolution.calls == 2 && convolution.ownPaths == ["own direct", "plain loops"])
    #expect(try row(report, "convolution: gradient of the input").ownPaths == ["oneDNN direct"])
    #expect(product.ownPaths == ["own gemm"] && product.moved == 3 * 16 * 4)
    #expect(Set(report.root.paths).isSuperset(of: convolution.ownPaths + ["own gemm"]))
  }

  @Test func bytesMovedAreThoseOfTheOperands() throws {
    let a = try Tensor.ones([32, 100]), b = try Tensor.ones([100])
    let report = try profile { _ = try (a + b).sum([1]) }
    // a, b and the sum in; then the sum again, and 32 results.
    #expect(report.root.moved == (3200 + 100 + 3200 + 3200 + 32) * 4)
    #expect(report.root.paths == ["own kernel"] && report.root.flops == 0)
  }

  @Test func kernelsWithoutALibrarySaySo() throws {
    let x = try Tensor.ones([1, 3, 16, 16])
    let report = try profile {
      _ = try x.to(.f64).maxPool2d(PoolingOptions(kernel: (2, 2)))
      _ = try x.gt(0.5)
    }
    // To f64 (4 and 8 bytes an element), the windows (768 and 192 of 8 bytes), the comparison (4 and 1 bytes).
    #expect(report.root.moved == 768 * 12 + 960 * 8 + 768 * 5 && report.root.paths == ["own kernel"])
  }

  @Test func shareIsTheLargerOfArithmeticAndMemory() throws {
    #expect(peak.share(flops: 5e8, bytes: 0, seconds: 1) == 0.5)
    #expect(peak.share(flops: 5e8, bytes: 750_000_000, seconds: 1) == 0.75)
    #expect(peak.share(flops: 4e9, bytes: 1, seconds: 2) == 2)
    #expect(peak.share(flops: 0, bytes: 0, seconds: 1) == nil)
    #expect(peak.share(flops: 1, bytes: 1, seconds: 0) == nil)
  }

  @Test func textAndRowsCarryPathAndShare() throws {
    let before = Profile.machine
    defer { Profile.machine = before }
    Profile.machine = { self.peak }
    let report = try profile { _ = try Tensor.ones([64, 64]).matmul(Tensor.ones([64, 64])) }
    let lines = report.text(least: 0).split(separator: "\n").map(String.init)
    #expect(lines[0].contains("moved") && lines[0].contains("of peak") && lines[0].hasSuffix("path"))
    let line = try #require(lines.first { $0.contains("matmul") })
    #expect(line.contains(#/49\.1 kB +\d+\.\d % +matmul +(own gemm|oneDNN matmul)$/#), "\(line)")

    let host = try LuaHost(functions: Catalogue.functions(), types: Catalogue.types())
    defer { host.close() }
    var printed = ""
    host.output = { printed += String(decoding: $0, as: UTF8.self) }
    let result = host.run(
      """
      local x = tensor.ones(64, 64)
      for _, row in ipairs(atelier.profile(function() return x:matmul(x) end):rows()) do
        if row.name == "tensor:matmul" then
          print(row.path ~= nil, row.moved, math.abs(row.share * row.seconds * 1e9 / row.flops - 1) < 1e-9)
        end
      end
      """, name: "=test")
    guard case .done = result else { throw EngineError("test", "\(result)") }
    #expect(printed == "true\t49152\ttrue\n", "\(printed)")
  }

  @Test func theMachineIsMeasuredOnce() throws {
    let first = try #require(Runtime.peak), second = try #require(Runtime.peak)
    #expect(first.flops > 0 && first.bytesPerSecond > 0)
    #expect(first.flops == second.flops && first.bytesPerSecond == second.bytesPerSecond)
  }

  @Test func nothingIsNotedWhileOff() throws {
    var asked = 0
    func count<T>(_ value: T) -> T {
      asked += 1
      return value
    }
    Profile.path(count("way"))
    Profile.moved(count(1))
    Profile.kernel(moved: count(1))
    #expect(asked == 0)
    let report = try profile { Profile.path(count("way")) }
    #expect(asked == 1 && report.root.ownPaths == ["way"])
  }

  @Test func workloadsCountWhatTheyDo() throws {
    let found = try #require(try Workload.named(["matmul"]).first { $0.name == "matmul" }).measure(seconds: 0)
    #expect(found.flops == 2 * 1024 * 1024 * 1024 && found.moved == 3 * 1024 * 1024 * 4)
    #expect(found.calls == 1 && found.seconds > 0 && !found.paths.isEmpty)
    #expect(Set(Workload.all.map(\.name)).count == Workload.all.count, "every name once")
    #expect(try Workload.named(["conv-"]).allSatisfy { $0.name.hasPrefix("conv-") })
    #expect(throws: EngineError.self) { try Workload.named(["conv-", ""]) }
    #expect(!Profile.isOn)
  }
}
