import Surface

/// An engine object for these tests: a number, some bytes that it claims to hold, and a count of those alive.
final class Blob: Scriptable {
  nonisolated(unsafe) static var alive = 0

  var number: Double
  let nativeBytes: Int

  init(_ number: Double, bytes: Int = 0) {
    self.number = number
    nativeBytes = bytes
    Blob.alive += 1
  }

  deinit { Blob.alive -= 1 }

  func display() -> String { "blob(\(number))" }

  nonisolated(unsafe) static let scriptType = ScriptType(
    name: "blob", summary: "A number in a box.", methods: BlobEntries.methods(), operators: BlobEntries.operators(),
    index: BlobEntries.index(), assign: BlobEntries.assign(), answers: ["valeur": "it is called 'value' here"])
}

/// A type without operators, elements or a place in the catalogue.
final class Stray: Scriptable {
  nonisolated(unsafe) static let scriptType = ScriptType(name: "stray", summary: "Not in the catalogue.", methods: [])
  var nativeBytes: Int { 0 }
  func display() -> String { "stray" }
}

/// A function of the engine that a script may call.
final class Adder: Callable {
  let amount: Double

  init(_ amount: Double) { self.amount = amount }

  func call(_ arguments: [Value]) throws -> [Value] {
    guard let first = arguments.first?.double else { throw EngineError("adder", "needs a number") }
    return [.number(first + amount)]
  }
}

enum BlobEntries {
  static func operand(_ arguments: borrowing Arguments, _ position: Int) throws -> Double {
    if case .object(let object) = arguments[position], let blob = object as? Blob { return blob.number }
    return try arguments.number(position)
  }

  private static func method(
    _ name: String, _ parameters: [Option] = [], variadic: Bool = false,
    _ body: @escaping (borrowing Arguments) throws -> Value
  ) -> Function {
    Function(.method("blob"), name, "A test method.", parameters, variadic: variadic, example: "", body: body)
  }

  private static func operation(_ name: String, _ body: @escaping (borrowing Arguments) throws -> Value) -> Function {
    Function(.operation("blob"), name, "A test operator.", example: "", body: body)
  }

  static func methods() -> [Function] {
    [
      method("value") { .number(try $0.object(0, as: Blob.self).number) },
      method("plus", [Option("other", .any, "what to add")]) { .object(Blob(try operand($0, 0) + operand($0, 1))) },
      method("add_", [Option("amount", .number, "what to add")]) {
        let blob: Blob = try $0.object(0)
        blob.number += try $0.number(1)
        return .object(blob)
      },
      method("fail") { _ in
        _ = Blob(1)
        throw EngineError("fail", expected: "success", came: "failure", advice: "do not call it")
      },
      method("each", [Option("f", .function, "called with 1, 2, 3")]) {
        let callable = try $0.callable(1)
        var sum = 0.0
        for index in 1...3 {
          sum += try callable.call([.integer(index), $0[0]]).first?.double ?? 0
        }
        return .number(sum)
      },
      method("keep", [Option("f", .function, "called now and again later")]) {
        kept = try $0.callable(1)
        return .none
      },
    ]
  }

  nonisolated(unsafe) static var kept: (any Callable)?

  static func operators() -> [String: Function] {
    [
      "add": operation("+") { .object(Blob(try operand($0, 0) + operand($0, 1))) },
      "unm": operation("-") { .object(Blob(-(try operand($0, 0)))) },
      "len": operation("#") { .integer(Int(try operand($0, 0))) },
      "eq": operation("==") { .bool(try operand($0, 0) == operand($0, 1)) },
      "concat": operation("..") { _ in .string("joined") },
      "call": operation("()") { .integer($0.count - 1) },
    ]
  }

  static func index() -> Function { operation("[]") { .integer(try $0.integer(1) * 10) } }

  static func assign() -> Function {
    operation("[]=") {
      try $0.object(0, as: Blob.self).number = try $0.number(2)
      return .none
    }
  }

  static func functions() -> [Function] {
    [
      entry(
        "make", [Option("number", .number, "the number"), .optional("bytes", .integer, "native bytes", .integer(0))]
      ) {
        .object(Blob(try $0.number(0), bytes: try $0.integer(1, or: 0)))
      },
      entry("__call", [Option("table", .table, "numbers")]) { .integer(try $0.table(0).list.count) },
      entry("echo", [], variadic: true) { arguments in .many((0..<arguments.count).map { arguments[$0] }) },
      entry("adder", [Option("amount", .number, "what to add")]) { .function(Adder(try $0.number(0))) },
      entry("stray") { _ in .object(Stray()) },
      entry("text", [Option("length", .integer, "bytes")]) {
        .string(String(repeating: "x", count: try $0.integer(0)))
      },
      entry("many", [Option("count", .integer, "how many blobs")]) {
        .table(Table(list: (0..<(try $0.integer(0))).map { _ in .object(Blob(1)) }))
      },
      Function(
        .module("blob"), "shape", "Takes options.", [Option("x", .any, "a value")],
        options: [
          .optional("radius", .integer, "how far", .integer(3), range: 0...50, unit: "pixels"),
          .optional("mode", .choice(["soft", "hard"]), "how", .string("soft")),
        ], returns: "a description", source: "Nobody, 2000, equation 1", example: "assert(blob.shape(1))"
      ) {
        let options = try $0.options
        return .string("\(try options.integer("radius")) \(try options.string("mode"))")
      },
      Function(.value("blob"), "answer", "A value.", example: "") { _ in .integer(42) },
      Function(.global, "twice", "Doubles.", [Option("x", .number, "a number")], example: "") {
        .number(try $0.number(0) * 2)
      },
    ]
  }

  private static func entry(
    _ name: String, _ parameters: [Option] = [], variadic: Bool = false,
    _ body: @escaping (borrowing Arguments) throws -> Value
  ) -> Function {
    Function(.module("blob"), name, "A test function.", parameters, variadic: variadic, example: "", body: body)
  }
}
