internal import Surface

/// Making tensors.
enum CreationEntries {
  static func all() -> [Function] { [literal()] + constants() + sequences() }

  /// `tensor{…}`: the shape of nested tables.
  private static func literal() -> Function {
    Function(
      .module("tensor"), "__call", "A tensor from nested tables of numbers (or booleans), or from one number.",
      [
        Option(
          "values", .either([.table, .number, .object("tensor")]),
          "rows within rows, all of one length; dtype = may stand among them")
      ],
      options: [Entry.dtype], returns: "a tensor of f32, of bool for booleans, or of the dtype given",
      example:
        "local t = tensor{{1, 2, 3}, {4, 5, 6}}\nassert(t:size(1) == 2 and t:size(2) == 3)\nassert(tensor{1, 2, dtype = \"i64\"}:dtype() == \"i64\")"
    ) { arguments in
      if case .object(let object) = arguments[0], let tensor = object as? Tensor {
        return .object(try tensor.detached().copy())
      }
      if let number = arguments[0].double {
        return .object(try Tensor.full([], number, arguments.options.elementType() ?? .f32))
      }
      guard case .table(let table) = arguments[0] else {
        if arguments.count == 0 { return .object(try Tensor([], [0])) }
        throw arguments.mismatch(0, "a table of numbers")
      }
      let given = Table(fields: table.fields)
      let options = try table.fields.isEmpty ? arguments.options : Options(arguments.function, given)
      return .object(try tensor(of: table, options.has("dtype") ? options.elementType() : nil))
    }
  }

  /// A tensor from nested tables: f32, bool for booleans, or a given type.
  static func tensor(of table: Table, _ type: ElementType? = nil) throws -> Tensor {
    var reader = LiteralReader()
    try reader.read(table, depth: 0)
    // Large integers do not fit into f64.
    if type == .i64, let whole = reader.integers { return try Tensor(integers: whole, reader.shape) }
    let isBoolean = reader.isBoolean && !reader.values.isEmpty
    return try Tensor(doubles: reader.values, reader.shape).converted(to: type ?? (isBoolean ? .bool : .f32))
  }

  /// Sizes and type of `zeros(2, 3)`, `zeros(2, 3, {dtype=…})`, `zeros{2, 3, dtype=…}`.
  static func shape(_ arguments: borrowing Arguments) throws -> ([Int], ElementType) {
    if case .table(let table) = arguments[0], arguments.count == 1, !table.fields.isEmpty {
      let options = try Options(arguments.function, Table(fields: table.fields))
      let sizes = try table.list.map { value in
        guard let size = value.exactInteger else {
          throw EngineError(arguments.function.qualifiedName, expected: "integers as sizes", came: value.brief)
        }
        return size
      }
      return (sizes, try options.elementType() ?? .f32)
    }
    return (try arguments.integers(from: 0), try arguments.options.elementType() ?? .f32)
  }

  private static var sizes: Option {
    Option.optional("sizes", .either([.integer, .list(.integer)]), "one size per axis, or a list of them")
  }

  private static func constants() -> [Function] {
    func filled(_ name: String, _ summary: String, _ value: Double, _ example: String) -> Function {
      Entry.tensor(name, summary, [sizes], variadic: true, options: [Entry.dtype], example: example) {
        let (shape, type) = try CreationEntries.shape($0)
        return .object(try Tensor.filled(shape, value, type, for: "tensor.\(name)"))
      }
    }
    return [
      filled("zeros", "A tensor of zeros.", 0, "assert(tensor.zeros(2, 3):sum():item() == 0)"),
      filled("ones", "A tensor of ones.", 1, "assert(tensor.ones{2, 3, dtype = \"f64\"}:sum():item() == 6)"),
      Entry.tensor(
        "full", "A tensor of one value.",
        [Option("sizes", .list(.integer), "one size per axis"), Option("value", .number, "the value")],
        options: [Entry.dtype], example: "assert(tensor.full({2, 2}, 3):sum():item() == 12)"
      ) { arguments in
        guard case .table(let table) = arguments[0] else { throw arguments.mismatch(0, "a list of sizes") }
        let sizes = try table.list.map { value in
          guard let size = value.exactInteger else { throw arguments.mismatch(0, "a list of integers") }
          return size
        }
        return .object(try Tensor.full(sizes, arguments.number(1), arguments.options.elementType() ?? .f32))
      },
      Entry.tensor(
        "eye", "Ones on the diagonal, zeros elsewhere.",
        [
          Option("rows", .either([.integer, .list(.integer)]), "how many, or a list of both sizes"),
          .optional("columns", .integer, "as many as rows by default"),
        ], options: [Entry.dtype],
        example: "assert(tensor.eye(3):sum():item() == 3 and tensor.eye{2, 3, dtype = \"f64\"}:size(2) == 3)"
      ) { arguments in
        let (sizes, type) = try CreationEntries.shape(arguments)
        guard (1...2).contains(sizes.count) else {
          throw EngineError("tensor.eye", expected: "one or two sizes", came: "\(sizes.count)")
        }
        return .object(try Tensor.eye(sizes[0], sizes.last, type))
      },
    ]
  }

  private static func sequences() -> [Function] {
    let step = Option.optional("step", .number, "distance between neighbours", .number(1))
    let ends = [
      Option("first", .number, "where it starts (with one number: where it ends; it then starts at 0)"),
      Option.optional("last", .number, "where it ends"),
    ]
    return [
      Entry.tensor(
        "arange", "Numbers from a in steps, below b (b itself is left out).", ends + [step], options: [Entry.dtype],
        example: "assert(tensor.arange(0, 3):allclose(tensor{0, 1, 2}))"
      ) { arguments in
        let type = try arguments.options.elementType() ?? .f32
        if !arguments.has(1) { return .object(try Tensor.arange(0, arguments.number(0), 1, type)) }
        return .object(try Tensor.arange(arguments.number(0), arguments.number(1), arguments.number(2, or: 1), type))
      },
      Entry.tensor(
        "range", "Numbers from a in steps, up to and including b.",
        [Option("first", .number, "where it starts"), Option("last", .number, "where it ends"), step],
        options: [Entry.dtype],
        example: "assert(tensor.range(1, 3):allclose(tensor{1, 2, 3}))"
      ) { arguments in
        let type = try arguments.options.elementType() ?? .f32
        return .object(try Tensor.range(arguments.number(0), arguments.number(1), arguments.number(2, or: 1), type))
      },
      Entry.tensor(
        "linspace", "n numbers evenly spread from a to b, both included.",
        [
          Option("first", .number, "the first"), Option("last", .number, "the last"), Option("n", .integer, "how many"),
        ],
        example: "assert(tensor.linspace(0, 1, 3):allclose(tensor{0, 0.5, 1}))"
      ) { .object(try Tensor.linspace($0.number(0), $0.number(1), $0.integer(2))) },
    ]
  }
}

/// Reads nested tables of numbers into values and a shape.
private struct LiteralReader {
  var values: [Double] = []
  var shape: [Int] = []
  var isBoolean = true
  /// The values as integers, as long as all of them are.
  var integers: [Int]? = []
  private var closed = false

  mutating func read(_ table: Table, depth: Int) throws {
    if depth >= Dims.most { throw EngineError("tensor", expected: "at most \(Dims.most) axes", came: "more") }
    if depth == shape.count {
      if closed { throw LiteralReader.ragged }
      shape.append(table.list.count)
    }
    guard shape[depth] == table.list.count else {
      throw EngineError(
        "tensor", expected: "rows of one length", came: "one of \(table.list.count) beside one of \(shape[depth])")
    }
    if depth > 0, let field = table.fields.first {
      throw EngineError(
        "tensor", "the name '\(field.key)' stands within a row", advice: "options go beside the outermost rows")
    }
    for value in table.list { try read(value, depth: depth) }
  }

  private mutating func read(_ value: Value, depth: Int) throws {
    if case .table(let row) = value { return try read(row, depth: depth + 1) }
    guard depth == shape.count - 1 else { throw LiteralReader.ragged }
    closed = true
    if case .integer(let whole) = value { integers?.append(whole) } else { integers = nil }
    if case .bool(let flag) = value {
      values.append(flag ? 1 : 0)
    } else if let number = value.double {
      isBoolean = false
      values.append(number)
    } else if case .object(let object) = value, let tensor = object as? Tensor, tensor.count == 1 {
      isBoolean = false
      values.append(try tensor.item())
    } else {
      throw EngineError("tensor", expected: "numbers in the table", came: value.brief)
    }
  }

  private static var ragged: EngineError {
    EngineError("tensor", expected: "numbers at one depth", came: "numbers beside tables")
  }
}

/// Random tensors.
enum RandomEntries {
  private static func drawn(
    _ name: String, _ summary: String, _ example: String, _ draw: @escaping ([Int], ElementType) throws -> Tensor
  ) -> Function {
    Entry.tensor(
      name, summary,
      [.optional("sizes", .either([.integer, .list(.integer)]), "one size per axis, or a list of them")],
      variadic: true, options: [Entry.dtype],
      source: "PyTorch's CPU generator: atelier.seed(n) as torch.manual_seed(n)",
      example: example
    ) {
      let (shape, type) = try CreationEntries.shape($0)
      return .object(try draw(shape, type))
    }
  }

  static func all() -> [Function] {
    [
      drawn(
        "rand", "Uniform random numbers from [0, 1).",
        "atelier.seed(1)\nlocal a = tensor.rand(3)\natelier.seed(1)\nassert(tensor.rand(3):allclose(a))"
      ) {
        try RandomGenerator.shared.uniform($0, $1)
      },
      drawn(
        "randn", "Random numbers of the standard normal distribution.",
        "atelier.seed(1)\nassert(math.abs(tensor.randn(10000):mean():item()) < 0.05)"
      ) {
        try RandomGenerator.shared.normal($0, $1)
      },
      Entry.tensor(
        "randperm", "The positions 1 … n in random order.", [Option("n", .integer, "how many")],
        returns: "a tensor of i64",
        source: "torch.randperm plus 1", example: "assert(tensor.randperm(5):sum():item() == 15)"
      ) { .object(try RandomGenerator.shared.permutation($0.integer(0)) + 1) },
      Entry.tensor(
        "noise", "Uniform noise whose values depend on seed, stream and position only.",
        [Option("sizes", .list(.integer), "one size per axis")],
        options: [
          .optional("seed", .integer, "which noise", .integer(0), range: 0...0x1p53),
          .optional("stream", .integer, "an independent part of it", .integer(0), range: 0...0x1p53),
          .optional("normal", .bool, "normal rather than uniform numbers", .bool(false)),
        ], source: "Philox4x32-10: Salmon, Moraes, Dror, Shaw 2011",
        example: "assert(tensor.noise({2, 2}, {seed = 3}):allclose(tensor.noise({2, 2}, {seed = 3})))"
      ) { arguments in
        let (sizes, options) = (try arguments.integers(from: 0), try arguments.options)
        let seed = UInt64(bitPattern: Int64(try options.integer("seed")))
        let stream = UInt64(bitPattern: Int64(try options.integer("stream")))
        return .object(
          try options.bool("normal")
            ? Tensor.normalNoise(sizes, seed: seed, stream: stream) : Tensor.noise(sizes, seed: seed, stream: stream))
      },
    ]
  }
}
