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
        returns: "a list of tables: name, depth (0: the whole), calls, seconds, bytes, flops",
        example: """
          local function work() return tensor.ones(2, 3):matmul(tensor.ones(3, 4)) end
          for _, row in ipairs(atelier.profile(work):rows()) do
            if row.name == "matmul" then assert(row.flops == 48 and row.calls == 1) end
          end
          """
      ) { arguments in
        let report: ProfileReport = try arguments.object(0)
        return .table(
          Table(
            list: report.rows(byTime: false).map { row in
              let node = row.node
              return .table(
                Table(fields: [
                  ("name", .string(node.name)), ("depth", .integer(row.depth)), ("calls", .integer(node.calls)),
                  ("seconds", .number(node.seconds)), ("bytes", .integer(node.bytes)), ("flops", .number(node.flops)),
                ]))
            }))
      }
    ])

  static func all() -> [Function] {
    [
      Function(
        .module("atelier"), "profile",
        "Runs a function and tells where the time went: a tree of operations with time, calls, memory and GFLOP/s.",
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
