import Classic
import Methods
import Surface
import TensorCore
import TestSupport
import Testing

/// Every filter as a style method.
@Suite(.serialized) @MainActor struct TransferTests {
  /// What a filter takes after its picture: the picture itself as a guide, else a kernel.
  private func extra(_ filter: Function, _ picture: Tensor) -> [(key: String, value: Value)] {
    filter.parameters.dropFirst().filter { !$0.optional }.map { option in
      if case .object = option.kind { return (option.name, .object(picture)) }
      let row = [0, 1, 2].map { Value.number($0) }
      return (option.name, .table(Table(list: [.table(Table(list: row))])))
    }
  }

  @Test func `every filter is a method, with its options and the same bytes`() throws {
    let picture = try library(48, 36), style = try library(30, 30, season: "winter")
    let methods = Dictionary(uniqueKeysWithValues: TransferEntries.methods().map { ($0.name, $0) })
    let mask = try Tensor.ones([36, 48])
    _ = try mask.narrow(0, 0, 18).fill_(0)
    for filter in FilterEntries.all() {
      let method = try #require(methods[filter.name])
      #expect(method.qualifiedName == "transfer.\(filter.name)" && method.source == filter.source)
      #expect(
        Set(method.options.map(\.name)).isSuperset(of: filter.options.map(\.name) + ["content", "style", "seed"]))
      let more = extra(filter, picture)
      func call(_ options: [(key: String, value: Value)]) throws -> Tensor {
        try Call.tensor(method.call([], options: [("content", .object(picture))] + more + options))
      }
      let positional = [Value.object(picture)] + more.map(\.value)
      let expected = try Call.tensor(filter.call(positional))
      try expectSameBytes(call([]), expected, filter.name)
      // A style changes nothing.
      try expectSameBytes(call([("style", .object(style))]), expected, filter.name)
      try expectSameBytes(call([("strength", .number(0))]), picture, filter.name)
      let masked = try Call.tensor(filter.call(positional, options: [("mask", .object(mask))]))
      try expectSameBytes(call([("mask", .object(mask))]), masked, filter.name)
      #expect(try call([]).shape == picture.shape)
    }
  }

  @Test(.proves("transfer.methods")) func `the list names every method once`() throws {
    guard case .table(let table) = try Call.entry("transfer.methods").call([]) else { throw EngineError("test", "") }
    var listed: [String: Bool] = [:]
    for case .table(let row) in table.list {
      guard case .string(let name)? = row["name"], case .bool(let needs)? = row["needs_style"] else { continue }
      #expect(listed.updateValue(needs, forKey: name) == nil)
    }
    #expect(Set(listed.keys) == Set(TransferEntries.methods().map(\.name)))
    #expect(listed["kuwahara"] == false && listed["fit"] == true)
    for filter in FilterEntries.all() { #expect(listed[filter.name] == false) }
  }

  @Test func `errors name the method`() throws {
    let picture = Value.object(try library(20, 16))
    func refused(_ name: String, _ options: [(String, Value)], _ text: String) {
      let got = message { _ = try Call.options(name, options) }
      #expect(got.hasPrefix(text), "\(got)")
    }
    refused("transfer.kuwahara", [("radius", .integer(3))], "transfer.kuwahara: needs the option 'content' (a tensor)")
    refused(
      "transfer.kuwahara", [("content", picture), ("raduis", .integer(3))],
      "transfer.kuwahara: has no option 'raduis'; did you mean 'radius'?")
    refused(
      "transfer.kuwahara", [("content", picture), ("radius", .integer(0))],
      "transfer.kuwahara: option 'radius' must be between 1 and 100 pixels, got 0")
    refused(
      "transfer.kuwahara", [("content", picture), ("style", .integer(0))],
      "transfer.kuwahara: option 'style' must be a tensor, got 0")
    refused("transfer.convolve", [("content", picture)], "transfer.convolve: argument 2 ('kernel')")
    let text = message { _ = try Call.entry("transfer.xdog").call([picture]) }
    #expect(text.hasPrefix("transfer.xdog: takes 0 argument(s), got 1; it is called as transfer.xdog({content="))
  }
}
