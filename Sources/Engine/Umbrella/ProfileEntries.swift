import Surface

extension ProfileReport: Scriptable {
  /// What a script may do with profiles.
  public static var scriptType: ScriptType { ProfileEntries.type }
  public var nativeBytes: Int { rows(byTime: false).count * 128 }
  public func display() -> String { text() }
}

/// `atelier.profile` and what it returns.
enum ProfileEntries {
  nonisolated(unsafe) static let type = ScriptType(
    name: "profile", summary: "where the time of a piece of code went, operation by operation",
    methods: [
      Function(
        .method("profile"), "rows", "The operations as data, outer before inner, in the order of their first calls.",
        returns: "a list of tables: name, depth (0: the whole), calls, seconds, bytes (of tensors made), flops, moved "
          + "(bytes of operands read and written), path (the ways it went, inner ones too; nil where unknown), share (of the "
          + "machine's peak, arithmetic's or memory's, whichever is nearer to its limit; nil where unknown)",
        example: """
          local function work() return tensor.ones(2, 3):matmul(tensor.ones(3, 4)) end
          for _, row in ipairs(atelier.profile(work):rows()) do
            if row.name == "matmul" then assert(row.flops == 48 and row.calls == 1 and row.path == "own gemm") end
          end
          """
      ) { arguments in
        let report: ProfileReport = try arguments.object(0)
        let peak = Profile.machine()
        return .table(Table(list: report.rows(byTime: false).map { .table(fields(of: $0, peak)) }))
      }
    ])

  private static func fields(of row: ProfileReport.Row, _ peak: MachinePeak?) -> Table {
    let node = row.node, paths = node.paths
    var fields: [(String, Value)] = [
      ("name", .string(node.name)), ("depth", .integer(row.depth)), ("calls", .integer(node.calls)),
      ("seconds", .number(node.seconds)), ("bytes", .integer(node.bytes)), ("flops", .number(node.flops)),
      ("moved", .integer(node.moved)),
    ]
    if !paths.isEmpty { fields.append(("path", .string(paths.joined(separator: ", ")))) }
    if let share = peak.flatMap({ node.share(of: $0) }) { fields.append(("share", .number(share))) }
    return Table(fields: fields)
  }

  static func all() -> [Function] {
    [
      Function(
        .module("atelier"), "profile",
        "Runs a function and tells where the time went: operations with time, GFLOP/s, bytes, share of the peak and path.",
        [Option("body", .function, "what to run")], returns: "a profile, then what the function returned",
        example: """
          local x = tensor.randn(1, 3, 32, 32)
          local function work() return nn.conv2d(x, tensor.randn(8, 3, 3, 3)) end
          print(#atelier.profile(work):rows() > 1)
          assert(select(2, atelier.profile(work)):size(2) == 8)
          """
      ) { arguments in
        let body = try arguments.callable(0)
        try Profile.start()
        let results: [Value]
        do {
          results = try body.call([])
        } catch {
          _ = Profile.stop()
          throw error
        }
        return .many([.object(Profile.stop())] + results)
      }
    ]
  }
}
