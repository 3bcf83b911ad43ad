import Checkpoints
import Foundation
import Surface
import TensorCore
import TestSupport
import Testing

/// Reading and writing safetensors files.
@Suite(.serialized) @MainActor struct SafetensorsTests {
  @Test(arguments: HostileFile.all) func refuses(_ file: HostileFile) throws {
    let scratch = try Scratch()
    let path = try scratch.file("bad.safetensors", file.bytes)
    let text = message { _ = try SafetensorsFile(path: path) }
    #expect(text.hasPrefix("checkpoints.load: \(path) is "))
    #expect(text.contains(file.says))
  }

  /// Every cut and every changed byte of a good file is either refused or leaves tensors that can be read.
  @Test func survivesDamage() throws {
    let good = try bytes(of: Fixtures.golden("safetensors/types.safetensors"))
    let scratch = try Scratch()
    func attempt(_ bytes: [UInt8]) throws -> Bool {
      guard let file = try? SafetensorsFile(path: scratch.file("x.safetensors", bytes)) else { return false }
      for key in file.keys { _ = try? file.tensor(key).floats() }
      return true
    }
    for length in 0..<good.count { #expect(try !attempt(Array(good[..<length]))) }
    var state: UInt64 = 1
    var opened = 0
    for _ in 0..<2000 {
      var changed = good
      for _ in 0..<3 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        changed[Int(state >> 33) % (good.count - 330)] = UInt8(truncatingIfNeeded: state >> 24)
      }
      if try attempt(changed) { opened += 1 }
    }
    #expect(opened < 2000)
  }

  @Test func readsEveryType() throws {
    let file = try SafetensorsFile(path: Fixtures.golden("safetensors/types.safetensors"))
    #expect(file.metadata["kind"] == "every type")
    #expect(Set(file.keys).count == 12)
    let special: [Float] = [0, -0.0, 1.5, -2.25, 65504, .infinity, -.infinity]
    for key in ["v.f16", "s.f32", "r.f64"] {
      let values = try file.tensor(key).floats()
      #expect(Array(values[..<7]) == special && values[7].isNaN)
    }
    #expect(try file.tensor("u.bf16").floats()[4] == 65536)
    let types = try file.keys.map { "\($0)=\(try file.tensor($0).dtype)" }.sorted()
    #expect(
      types.filter { !$0.hasPrefix("a") && !$0.hasPrefix("b") }.allSatisfy {
        $0.dropFirst(2).split(separator: "=")[0] == $0.dropFirst(2).split(separator: "=")[1]
      })
    #expect(try file.tensor("z.bool").floats() == [1, 0, 1])
    #expect(try file.tensor("y.u8").floats() == [0, 1, 255])
    #expect(try file.tensor("x.i8").floats() == [-128, 0, 127])
    #expect(try file.tensor("w.i16").floats() == [-32768, 32767])
    #expect(try file.tensor("t.i32").integers() == [Int(Int32.min), Int(Int32.max)])
    #expect(try file.tensor("q.i64").integers() == [Int.min, Int.max])
    let a = try file.tensor("a.f32", [2, 3, 4])
    #expect(try a.floats() == (0..<24).map(Float.init))
  }

  @Test func readsOddShapesAndNames() throws {
    let file = try SafetensorsFile(path: Fixtures.golden("safetensors/shapes.safetensors"))
    #expect(file.metadata["größe"] == "line\nbreak, \"quotes\", 🎨")
    #expect(try file.tensor("scalar", []).item() == 3.5)
    #expect(try file.tensor("nothing").shape == [0])
    #expect(try file.tensor("no_rows").shape == [0, 3])
    #expect(try file.tensor("deep").shape == [1, 2, 1, 2, 1, 2, 1, 1])
    for (key, value) in [("", 1.0), ("quote\" back\\slash /", 2), ("tab\tline\nbell\u{7}", 3), ("größe 大きさ 🎨", 4)] {
      #expect(try file.tensor(key).item() == value)
    }
  }

  /// A published network, where it lies beside the package.
  @Test(.enabled(if: Fixtures.shared("weights/johnson_wave.safetensors") != nil)) func readsPublishedWeights() throws {
    let path = try #require(Fixtures.shared("weights/johnson_wave.safetensors"))
    let file = try SafetensorsFile(path: path)
    let tensors = try file.keys.map { try file.tensor($0) }
    #expect(tensors.reduce(0) { $0 + $1.count } == 1_677_638)
    #expect(try tensors.allSatisfy { try $0.floats().allSatisfy(\.isFinite) })
    let scratch = try Scratch()
    try Safetensors.write(Array(zip(file.keys, tensors)), metadata: file.metadata, to: scratch("w.safetensors"))
    #expect(try bytes(of: scratch("w.safetensors")) == bytes(of: path))
  }

  /// The writer gives the bytes that the reference library gives for the same tensors in any order.
  @Test(arguments: ["types", "shapes", "nothing"]) func writesAsTheLibrary(_ name: String) throws {
    let golden = Fixtures.golden("safetensors/\(name).safetensors")
    let file = try SafetensorsFile(path: golden)
    let scratch = try Scratch()
    let tensors = try file.keys.reversed().map { ($0, try file.tensor($0)) }
    try Safetensors.write(tensors, metadata: file.metadata, to: scratch("out.safetensors"))
    #expect(try bytes(of: scratch("out.safetensors")) == bytes(of: golden))
    #expect(scratch.contents == ["out.safetensors"])
  }

  /// A view is stored as its own elements, not as the storage behind it.
  @Test func storesViews() throws {
    let scratch = try Scratch()
    let base = try Tensor((0..<12).map(Float.init), [3, 4])
    try Safetensors.write(
      [("turned", base.transpose(0, 1)), ("row", base.select(0, 1))], to: scratch("v.safetensors"))
    let file = try SafetensorsFile(path: scratch("v.safetensors"))
    #expect(try file.tensor("turned").floats() == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
    #expect(try file.tensor("row").floats() == [4, 5, 6, 7])
    #expect(try bytes(of: scratch("v.safetensors")).count < 300)
  }

  @Test func boolsAreZeroOrOne() throws {
    let header = #"{"b":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}"#
    let scratch = try Scratch()
    let path = try scratch.file(
      "b.safetensors", HostileFile.number(header.utf8.count) + Array(header.utf8) + [0, 7, 255])
    #expect(try SafetensorsFile(path: path).tensor("b").floats() == [0, 1, 1])
  }

  @Test func namesWhatCannotBeRead() throws {
    let header = #"{"conv":{"dtype":"F8_E4M3","shape":[3],"data_offsets":[0,3]}}"#
    let scratch = try Scratch()
    let path = try scratch.file(
      "h.safetensors", HostileFile.number(header.utf8.count) + Array(header.utf8) + [0, 7, 255])
    let file = try SafetensorsFile(path: path)
    #expect(
      message { _ = try file.tensor("conv") }.contains("has the element type F8_E4M3, which Atelier does not have"))
    #expect(message { _ = try file.tensor("covn") }.contains("has no tensor \"covn\"; the nearest name is \"conv\""))
    #expect(message { _ = try file.tensor("elsewhere") }.contains("it has 1 other"))
    #expect(message { _ = try file.tensor("conv", [1, 3]) }.contains("must have the shape 1×3, it has 3"))
    #expect(message { _ = try SafetensorsFile(path: scratch("none.safetensors")) }.contains("there is no file"))
    #expect(message { _ = try SafetensorsFile(path: scratch.path) }.contains("it is a folder"))
    #expect(message { _ = try SafetensorsFile(path: "/dev/null") }.contains("it is not a regular file"))
  }

  /// A file that shrinks after it was opened is an error, not a crash.
  @Test func survivesShrinking() throws {
    let scratch = try Scratch()
    let path = scratch("s.safetensors")
    try Safetensors.write([("big", Tensor.zeros([1 << 20]))], to: path)
    let file = try SafetensorsFile(path: path)
    #expect(truncate(path, 1000) == 0)
    #expect(message { _ = try file.tensor("big") }.contains("it ends at byte 1000"))
  }

  @Test func refusesToWrite() throws {
    let scratch = try Scratch()
    let one = try Tensor.zeros([1])
    func attempt(_ tensors: [(String, Tensor)], _ path: String) -> String {
      message { try Safetensors.write(tensors, to: path) }
    }
    #expect(attempt([("__metadata__", one)], scratch("a.safetensors")).contains("keeps that name for itself"))
    #expect(attempt([("a", one), ("a", one)], scratch("a.safetensors")).contains("stands twice"))
    #expect(attempt([("a", one)], scratch("no/a.safetensors")).contains("does not exist"))
    #expect(attempt([("a", one)], scratch.path).contains("it is a folder"))
    #expect(attempt([("a", one)], "/dev/full").contains("not a regular file"))
    #expect(scratch.contents.isEmpty)
  }

  /// A limit on file sizes stands in for a full disk: the error is said, nothing is left, an older file stays.
  @Test func keepsTheOldFileWhenWritingFails() throws {
    let scratch = try Scratch()
    let path = scratch("k.safetensors")
    try Safetensors.write([("a", Tensor.zeros([1]))], to: path)
    let before = try bytes(of: path)
    let big = try Tensor.zeros([1 << 18])
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    var small = limit
    small.rlim_cur = 100_000
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &small)
    let text = message { try Safetensors.write([("a", big)], to: path) }
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    #expect(text.contains("larger than the limit for files"))
    #expect(try bytes(of: path) == before)
    #expect(scratch.contents == ["k.safetensors"])
  }

  @Test func stopsForAnInterrupt() throws {
    let scratch = try Scratch()
    let tensor = try Tensor.zeros([1])
    Interrupt.raise()
    defer { Interrupt.clear() }
    #expect(throws: Interrupted.self) { try Safetensors.write([("a", tensor)], to: scratch("i.safetensors")) }
    #expect(scratch.contents.isEmpty)
  }

  /// Writes a model in two files and an index, whose `weight_map` is given as JSON.
  private func sharded(_ map: String, _ scratch: Scratch) throws -> String {
    let first = ("a", try Tensor([1, 2], [2])), second = ("b", try Tensor([3], [1]))
    try Safetensors.write([first], metadata: ["x": "1"], to: scratch("1.safetensors"))
    try Safetensors.write([second], to: scratch("2.safetensors"))
    return try scratch.file("m.safetensors.index.json", Array(map.utf8))
  }

  @Test func readsShards() throws {
    let scratch = try Scratch()
    let path = try sharded(
      #"{"metadata":{"total_size":12},"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}"#, scratch)
    let model = try CheckpointReader.open(path)
    #expect(model.keys == ["a", "b"] && model.metadata == ["x": "1"] && model.format == "safetensors, sharded")
    #expect(try model.tensor("b", [1]).floats() == [3])
    #expect(try model.facts("a").shape == [2])
    #expect(message { _ = try model.tensor("c") }.contains("has no tensor \"c\""))
  }

  @Test(arguments: [
    ("", "not valid JSON"), ("{}", "no weight_map"), (#"{"weight_map":{"a":1}}"#, "does not name a file"),
    (#"{"weight_map":{"a":"../1.safetensors"}}"#, "does not name a file of the same folder"),
    (#"{"weight_map":{"a":"/etc/passwd"}}"#, "does not name a file of the same folder"),
    (#"{"weight_map":{"a":"2.safetensors"}}"#, "does not hold the tensor \"a\""),
    (#"{"weight_map":{"a":"3.safetensors"}}"#, "there is no file"),
    (#"{"weight_map":{"a":"1.safetensors","a":"1.safetensors"}}"#, "stands twice"),
  ]) func refusesIndex(_ map: String, _ says: String) throws {
    let scratch = try Scratch()
    let path = try sharded(map, scratch)
    #expect(message { _ = try CheckpointReader.open(path) }.contains(says))
  }
}
