import Surface
import TensorCore
import TestSupport
import Testing

import Layers

/// The functions of `nn` as a script calls them.
@Suite(.serialized) @MainActor struct EntryTests {
  private func object(_ values: [Float], _ shape: Int...) throws -> Value { .object(try Tensor(values, shape)) }

  @Test func classesCountFromOne() throws {
    let logits = try object([2, 0, 0, 0, 0, 3], 2, 3)
    let loss = try tensor(call("nn.cross_entropy", logits, object([1, 3], 2))).item()
    // −log softmax: log(e² + 2) − 2 and log(e³ + 2) − 3, the mean.
    #expect(abs(loss - 0.16725) < 1e-4)
    #expect(message { _ = try call("nn.cross_entropy", logits, object([0, 3], 2)) }.contains("no class 0"))
    #expect(message { _ = try call("nn.cross_entropy", logits, object([1, 4], 2)) }.contains("no class 4"))
    #expect(message { _ = try call("nn.cross_entropy", logits, object([1, 1.5], 2)) }.contains("whole numbers"))
    #expect(message { _ = try call("nn.cross_entropy", logits, object([1, 0x1p63], 2)) }.contains("no class"))
    #expect(message { _ = try call("nn.cross_entropy", logits, object([1, .nan], 2)) }.contains("whole numbers"))
  }

  @Test func idsCountFromZero() throws {
    let table = try object([1, 2, 3, 4], 2, 2)
    let rows = try tensor(call("nn.embedding", table, object([1, 0, 1], 3, 1)))
    #expect(try rows.shape == [3, 1, 2] && rows.floats() == [3, 4, 1, 2, 3, 4])
    #expect(message { _ = try call("nn.embedding", table, object([2], 1)) }.contains("0 to 1"))
    #expect(message { _ = try call("nn.embedding", table, object([-1], 1)) }.contains("no id -1"))
  }

  @Test func paddingModes() throws {
    let x = try object([1, 2, 3, 4], 1, 2, 2), w = try object([1, 1, 1, 1, 1, 1, 1, 1, 1], 1, 1, 3, 3)
    func sums(_ mode: String) throws -> [Float] {
      try tensor(call("nn.conv2d", x, w, options(("padding", .integer(1)), ("padding_mode", .string(mode))))).floats()
    }
    #expect(try sums("zeros") == [10, 10, 10, 10])
    #expect(try sums("replicate") == [18, 21, 24, 27])
    #expect(try sums("reflect") == [27, 24, 21, 18])
    #expect(message { _ = try sums("mirror") }.contains("\"zeros\""))
    let padded = try tensor(
      call("nn.pad", object([1, 2], 2), list(1, 1), options(("value", .number(7)))))
    #expect(try padded.floats() == [7, 1, 2, 7])
  }

  @Test func positionalAndNamedOptions() throws {
    #expect(try layer(call("nn.LeakyReLU", .number(0.2))).display() == "LeakyReLU(negative_slope=0.2)")
    #expect(try layer(call("nn.LeakyReLU", options(("negative_slope", .number(0.2))))).display().contains("0.2"))
    #expect(try layer(call("nn.MaxPool2d", .integer(2))).display().contains("stride=2"))
    #expect(try layer(call("nn.Conv2d", .integer(3), .integer(4), list(3, 1))).display().contains("(3, 1)"))
    #expect(try layer(call("nn.Dropout", .number(0.25))).display().contains("p=0.25"))
    #expect(message { _ = try call("nn.LeakyReLU", .number(.nan)) }.contains("finite"))
    let picture = try object([1, 2, 3, 4], 1, 2, 2)
    let huge = message { _ = try call("nn.adaptive_avg_pool2d", picture, .integer(1 << 40)) }
    #expect(huge.contains("'output_size'") && huge.contains("16777216"))
    #expect(message { _ = try call("nn.MaxPool2d", options()) }.contains("kernel_size"))
    #expect(message { _ = try call("nn.Softmax", .integer(0)) }.contains("no position 0"))
  }

  @Test func errorsNameTheOption() throws {
    let three = Value.integer(3)
    func conv(_ option: (String, Value)) -> String {
      message { _ = try call("nn.Conv2d", three, three, three, options(option)) }
    }
    #expect(conv(("strid", .integer(1))).contains("'stride'"))
    #expect(conv(("stride", .integer(0))).contains("'stride' must be between 1"))
    #expect(conv(("padding", .number(-1))).contains("'padding'"))
    #expect(conv(("padding", .number(.nan))).contains("padding"))
    #expect(conv(("groups", .integer(2))).contains("do not divide"))
    #expect(message { _ = try call("nn.Sequential", .table(Table(list: [.integer(1)]))) }.contains("place 1"))
    let resize = message { _ = try call("nn.interpolate", .object(try Tensor.ones([1, 2, 2])), options()) }
    #expect(resize.contains("'size'") && resize.contains("'scale_factor'"))
  }

  @Test func everyEntryIsDescribed() {
    let all =
      NNEntries.all() + OptimEntries.all() + LayerObject.scriptType.methods + Optimizer.scriptType.methods
    #expect(Set(all.map(\.qualifiedName)).count == all.count)
    for entry in all {
      #expect(!entry.summary.isEmpty && !entry.example.isEmpty && entry.source != nil, "\(entry.qualifiedName)")
      for option in entry.parameters + entry.options { #expect(!option.summary.isEmpty, "\(entry.qualifiedName)") }
    }
  }
}
