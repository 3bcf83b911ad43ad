internal import Surface
internal import TensorCore

/// Functions that make layers which move elements: pads, shuffles, windows.
enum ArrangementEntries {
  static func all() -> [Function] { pads() + [constantPad()] + shuffles() + windows() }

  private static var amounts: Option {
    Option(
      "padding", .either([.integer, .list(.integer)]), "one amount, or {left, right, top, bottom}; negative ones crop",
      unit: "pixels")
  }

  /// Four amounts from one or four.
  private static func amounts(_ arguments: borrowing Arguments) throws -> [Int] {
    if let all = arguments[0].exactInteger { return [all, all, all, all] }
    guard case .table(let table) = arguments[0], table.list.count == 4 else {
      throw arguments.mismatch(0, "an integer or {left, right, top, bottom}")
    }
    return try Table.integers(table, arguments.function.qualifiedName)
  }

  private static func pads() -> [Function] {
    let list: [(name: String, summary: String, make: ([Int]) -> Pad2d, shown: String)] = [
      ("ZeroPad2d", "Zeros around a picture.", { .zeros($0) }, "0, 1, 2, 0"),
      (
        "ReflectionPad2d", "A picture mirrored at its border, whose elements are not repeated.", { .reflection($0) },
        "2, 1, 2, 1"
      ),
      ("ReplicationPad2d", "A picture with its border repeated.", { .replication($0) }, "1, 1, 2, 2"),
      ("CircularPad2d", "A picture continued with its other side.", { .circular($0) }, "2, 1, 2, 1"),
    ]
    return list.map { name, summary, make, shown in
      Entry.layer(
        name, summary, [amounts],
        example: "assert(nn.\(name){1, 1, 0, 0}(tensor{{{1, 2}}}):allclose(tensor{{{\(shown)}}}))"
      ) { make(try amounts($0)) }
    }
  }

  private static func constantPad() -> Function {
    Entry.layer(
      "ConstantPad2d", "A number around a picture.", [amounts, Option("value", .number, "the number")],
      example: "assert(nn.ConstantPad2d(1, 3)(tensor.zeros(1, 1, 1)):sum():item() == 24)"
    ) { .constant(try amounts($0), try $0.number(1)) as Pad2d }
  }

  private static func factor(_ name: String) -> Option { Option(name, .integer, "r", range: 1...4096) }

  private static func shuffles() -> [Function] {
    [
      Entry.layer(
        "PixelShuffle", "Channels moved into places: [N, C·r², H, W] → [N, C, H·r, W·r].", [factor("upscale_factor")],
        source: "Shi et al. 2016, arXiv 1609.05158",
        example: "assert(nn.PixelShuffle(2)(tensor.zeros(1, 8, 3, 3)):size(3) == 6)"
      ) { PixelShuffle(try $0.integer(0)) },
      Entry.layer(
        "PixelUnshuffle", "Places moved into channels: [N, C, H·r, W·r] → [N, C·r², H, W].",
        [factor("downscale_factor")],
        example: "assert(nn.PixelUnshuffle(2)(tensor.zeros(1, 2, 6, 6)):size(2) == 8)"
      ) { PixelUnshuffle(try $0.integer(0)) },
    ]
  }

  private static func windows() -> [Function] {
    [
      Entry.layer(
        "Unfold", "Windows as columns: [N, C, H, W] → [N, C·kH·kW, L].", [NormPoolEntries.kernel],
        options: WindowEntries.options(), example: "assert(nn.Unfold(2)(tensor.zeros(1, 3, 4, 4)):size(2) == 12)"
      ) { Unfold(try $0.options.windows($0.pair(0, named: "kernel_size"))) },
      Entry.layer(
        "Fold", "Sums of windows over a map: [N, C·kH·kW, L] → [N, C, H, W].",
        [WindowEntries.outputSize, NormPoolEntries.kernel], options: WindowEntries.options(),
        example: "assert(nn.Fold({4, 4}, 2, {stride = 2})(tensor.ones(1, 4, 4)):sum():item() == 16)"
      ) { Fold(try $0.pair(0), try $0.options.windows($0.pair(1, named: "kernel_size"))) },
    ]
  }
}
