import Surface

/// A loop of a script whose progress is shown: `for i, p in atelier.progress(100) do … p:loss(x) end`.
final class ProgressLoop: Scriptable, Callable {
  private let label: String
  private let values: [Value]?
  private let count: Int
  private var position = 0
  /// Begun by the first step: a loop that is never entered must not keep anything quiet.
  private var progress: Progress?
  private var loss: Double?

  init(label: String, count: Int, values: [Value]?) {
    (self.label, self.values, self.count) = (label, values, count)
  }

  /// The next step: its number, with a list its value, and this object; nothing after the last.
  func call(_ arguments: [Value]) throws -> [Value] {
    if position > 0 { progress?.advance(loss: loss) }
    guard position < count else {
      progress?.finish()
      return [.none]
    }
    if position == 0 { progress = Progress(label, total: count) }
    position += 1
    return [.integer(position)] + (values.map { [$0[position - 1]] } ?? []) + [.object(self)]
  }

  /// The loop was left: at its end, or before it by `break`, an error or an interrupt.
  func close() { progress?.finish(complete: false) }

  fileprivate func report(loss: Double) { self.loss = loss }

  var nativeBytes: Int { 64 }
  func display() -> String { "\(label): \(max(position - 1, 0)) of \(count)" }

  static var scriptType: ScriptType { ProgressEntries.type }

  /// What Lua closes when it leaves the loop, however it does (the fourth value of a generic `for`).
  final class Guard: Scriptable {
    private let loop: ProgressLoop
    init(_ loop: ProgressLoop) { self.loop = loop }
    deinit { loop.close() }
    static var scriptType: ScriptType { ProgressEntries.guardType }
    var nativeBytes: Int { 16 }
    func display() -> String { "the end of a progress" }
  }
}

/// `atelier.progress`.
enum ProgressEntries {
  nonisolated(unsafe) static let type = ScriptType(
    name: "progress", summary: "a step of a loop over atelier.progress",
    methods: [
      Function(
        .method("progress"), "loss", "Shows a loss beside the progress from now on.",
        [Option("x", .either([.number, .object("tensor")]), "the loss: a number, or a tensor of one element")],
        returns: "nothing",
        example: "for i, p in atelier.progress(3) do p:loss(1 / i) assert(i <= 3) end"
      ) { arguments in
        let loop: ProgressLoop = try arguments.object(0)
        if case .object(let object) = arguments[1], let tensor = object as? Tensor {
          loop.report(loss: try tensor.item())
        } else {
          loop.report(loss: try arguments.number(1))
        }
        return .none
      }
    ])
  nonisolated(unsafe) static let guardType = ScriptType(name: "progress guard", summary: "", methods: [])

  static func all() -> [Function] {
    [
      Function(
        .module("atelier"), "progress",
        "A loop that shows how far it is, at what rate and how long it will still take, once it has run for half a second.",
        [
          Option(
            "steps", .either([.integer, .table]), "how many, or a list whose values are walked (tables in it as copies)"
          )
        ],
        options: [.optional("label", .string, "what stands in front", .string("progress"))],
        returns:
          "what a generic for wants: each step gives its number, with a list the value, and an object for p:loss(x)",
        example: """
          local sum = 0
          for i in atelier.progress(100) do sum = sum + i end
          assert(sum == 5050)
          for i, name, p in atelier.progress({"a", "b"}, {label = "letters"}) do p:loss(0.5) end
          """
      ) { arguments in
        let label = try arguments.options.string("label")
        let loop: ProgressLoop
        if case .table(let table) = arguments[0] {
          loop = ProgressLoop(label: label, count: table.list.count, values: table.list)
        } else {
          let count = try arguments.integer(0)
          guard count >= 0 else {
            throw EngineError("atelier.progress", expected: "a number of steps of 0 or more", came: "\(count)")
          }
          loop = ProgressLoop(label: label, count: count, values: nil)
        }
        return .many([.function(loop), .none, .none, .object(ProgressLoop.Guard(loop))])
      }
    ]
  }
}
