import Foundation
import TestSupport
import Testing

/// The command line: what runs, what is reported, and the exit status.
@Suite(.serialized) @MainActor
struct CommandTests {
  @Test func runsCodeScriptsAndStandardInput() throws {
    let scratch = try Scratch()
    let script = try scratch.file(
      "hello.lua", Array("#!/usr/bin/env atelier\nprint(arg[0] ~= nil, arg[1], #arg, ...)".utf8))
    #expect(try Program.run(["-e", "print(1)"]).output == "1\n")
    #expect(try Program.run(["-e", "x = 1", "-e", "print(x)"]).output == "1\n")
    let result = try Program.run(["run", script, "a", "--flag", "-e"])
    #expect(result.output == "true\ta\t3\ta\t--flag\t-e\n" && result.errors.isEmpty && result.status == 0)
    #expect(try Program.run([], input: "print('in')").output == "in\n")
    #expect(try Program.run(["run", "-"], input: "print('in')").output == "in\n")
    #expect(try Program.run([]).status == 0, "empty input is an empty script")
  }

  @Test func tellsAboutItself() throws {
    let version = try Program.run(["--version"])
    #expect(version.status == 0 && version.output.split(separator: ".").count == 3)
    let help = try Program.run(["--help"])
    #expect(help.status == 0 && help.output.contains("run") && help.errors.isEmpty)
  }

  @Test func reportsErrorsOnStandardError() throws {
    let scratch = try Scratch()
    func status(_ text: String, _ expected: String, source: SourceLocation = #_sourceLocation) throws {
      let result = try Program.run(["run", try scratch.file("bad.lua", Array(text.utf8))])
      #expect(result.status == 1, sourceLocation: source)
      #expect(result.output.isEmpty, sourceLocation: source)
      #expect(result.errors.contains(expected), "\(result.errors)", sourceLocation: source)
    }
    try status("local x = = 1", "bad.lua:1: unexpected symbol near '='")
    try status("\nlocal function f() error('no') end\nf()", "bad.lua:2: no")
    try status("\nlocal function f() error('no') end\nf()", "bad.lua:3: in main chunk")
    try status("error({code = 2})", "an error was raised with the table {code = 2}")
    try status("local function f() return 1 + f() end f()", "stack overflow")
    try status("strng.format('')", "did you mean 'string'?")
    try status("local x = 1\nx += 1", "bad.lua:2: syntax error near '+'; Lua has no +=: write x = x + 1")
    try status("x = [1, 2]", "Lua writes lists with braces: {1, 2, 3}")
    try status("tensor([[1, 2], [3, 4]])", "Lua writes lists with braces: {1, 2, 3}")
    try status("atelier.sead(1)", "there is no 'atelier.sead'")
    try status("tensor = 1; atelier = 2; error('x')", "atelier.atelier still holds")
    try status("x = " + String(repeating: "(", count: 10_000_000), "overflow")
    #expect(try Program.run([], input: "1 + 1").status == 1, "a script keeps Lua's rules: no expressions")
  }

  @Test func runsALineOfTenMegabytes() throws {
    let scratch = try Scratch()
    let text = "x = {" + String(repeating: "1234567,", count: 1_250_000) + "} print(#x)"
    #expect(try Program.run(["run", try scratch.file("long.lua", Array(text.utf8))]).output == "1250000\n")
  }

  @Test func boundsTheMemoryOfAScript() throws {
    let result = try Program.run(
      ["-e", "local s = 'x' while true do s = s .. s end"], environment: ["ATELIER_LUA_MEMORY": "64"])
    #expect(result.status == 1)
    #expect(result.errors.contains("not enough memory; a script may use 64 MiB"))
    let caught = try Program.run(
      ["-e", "print(pcall(function() local s = 'x' while true do s = s .. s end end)) print('on')"],
      environment: ["ATELIER_LUA_MEMORY": "64"])
    #expect(caught.output == "false\tnot enough memory\non\n")
    #expect(try Program.run(["-e", ""], environment: ["ATELIER_LUA_MEMORY": "lots"]).status == 2)
  }

  @Test func temporaryTensorsNeedNoCollectionByHand() throws {
    let result = try Program.run([
      "-e",
      """
      local x = tensor.zeros(512, 512)
      for i = 1, 100000 do local y = x + 1 end
      for line in io.lines('/proc/self/status') do
        local kibibytes = line:match('^VmHWM:%s*(%d+) kB')
        if kibibytes then print(kibibytes) end
      end
      """,
    ])
    let peak = Int(result.output.dropLast()) ?? .max
    #expect(peak < 300 << 10, "100,000 tensors of 1 MiB reached \(peak) KiB; \(result.errors)")
  }

  @Test func failingOperationsLeakNothing() throws {
    let result = try Program.run([
      "-e",
      """
      local function resident()
        collectgarbage() collectgarbage()
        local file = io.open('/proc/self/statm')
        local pages = tonumber(file:read('a'):match('%d+ (%d+)'))
        file:close()
        return pages * 4
      end
      local a, b = tensor.zeros(2, 3), tensor.zeros(2, 3)
      local function fail(times)
        for i = 1, times do assert(not pcall(a.matmul, a, b)) end
      end
      fail(20000)
      local before, heap = resident(), collectgarbage('count')
      fail(1000000)
      print(resident() - before < 5 * 1024, collectgarbage('count') - heap < 64)
      """,
    ])
    #expect(result.output == "true\ttrue\n", "\(result.output)\(result.errors)")
  }

  @Test func refusesWhatIsNotAScript() throws {
    let missing = try Program.run(["run", "/nowhere/x.lua"])
    #expect(missing.status == 1 && missing.errors == "atelier: cannot open /nowhere/x.lua: No such file or directory\n")
    let folder = try Program.run(["run", "/"])
    #expect(folder.status == 1 && folder.errors == "atelier: cannot read /: Is a directory\n")
    let scratch = try Scratch()
    let binary = try scratch.file("binary.lua", [0x1B, 0x4C, 0x75, 0x61, 0x54, 0, 1, 2])
    let result = try Program.run(["run", binary])
    #expect(result.status == 1 && result.errors.contains("attempt to load a binary chunk"))
  }

  @Test func usageErrorsExitWithTwo() throws {
    for arguments in [["--colour"], ["run"], ["-e"], ["no-such-command"], ["runn", "x.lua"]] {
      let result = try Program.run(arguments)
      #expect(result.status == 2, "\(arguments): \(result.errors)")
      #expect(!result.errors.isEmpty && result.output.isEmpty)
    }
  }

  @Test func findsModulesBesideTheScript() throws {
    let scratch = try Scratch()
    _ = try scratch.file("helper.lua", Array("return {name = 'helper', path = ...}".utf8))
    let script = try scratch.file(
      "main.lua", Array("print(require('helper').name, require('helper') == require 'helper')".utf8))
    #expect(try Program.run(["run", script], folder: "/").output == "helper\ttrue\n")
    #expect(try Program.run(["run", "main.lua"], folder: scratch.path).output == "helper\ttrue\n")
    let broken = try scratch.file("broken.lua", Array("require 'wrong'".utf8))
    _ = try scratch.file("wrong.lua", Array("x = = 1".utf8))
    #expect(try Program.run(["run", broken]).errors.contains("wrong.lua:1: unexpected symbol"))
  }

  @Test func leavesInOrder() throws {
    #expect(try Program.run(["-e", "io.write('kept') os.exit(3)"]).status == 3)
    #expect(try Program.run(["-e", "io.write('kept') print() os.exit(true)"]).output == "kept\n")
    #expect(try Program.run(["-e", "print('kept') os.exit(false, true)"]).output == "kept\n")
    #expect(
      try Program.run(["-e", "x = setmetatable({}, {__gc = function() print('bye') end})"]).output == "bye\n")
    #expect(try Program.run(["-e", "print('a') io.stderr:write('b') io.write('c')"]).output == "a\nc")
  }

  @Test func aFullDiskIsAnError() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = ["-e", "print('lost')"]
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    process.standardError = FileHandle(forWritingAtPath: "/dev/null")
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
  }
}
