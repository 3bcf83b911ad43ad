import Foundation
import TestSupport
import Testing

/// Row R2: a real Ctrl-C in the places where people press it. Each is interrupted twice in a row, and the variables are there
/// afterwards.
@Suite(.serialized) @MainActor
struct InterruptTests {
  private let scratch: Scratch
  private let environment: [String: String]

  init() throws {
    scratch = try Scratch()
    environment = ["XDG_STATE_HOME": scratch.path, "TERM": "dumb", "INPUTRC": "/dev/null"]
  }

  /// Prepares with some lines, then twice types one that runs until it is interrupted; `kept` and what was prepared must
  /// be as before. The line begins to work when it has printed `go`.
  private func interrupts(_ prepare: [String] = [], _ line: String, source: SourceLocation = #_sourceLocation) throws {
    let terminal = try Terminal(environment: environment)
    #expect(terminal.wait(for: "> "))
    for text in ["kept = {42}"] + prepare {
      terminal.type(text + "\n")
      #expect(terminal.wait(for: "\r\n") && terminal.wait(for: "> "), "\(terminal.transcript)", sourceLocation: source)
    }
    for _ in 0..<2 {
      terminal.type("print('g' .. 'o') \(line)\n")
      #expect(terminal.wait(for: "go\r\n"), "\(terminal.transcript)", sourceLocation: source)
      usleep(150_000)
      terminal.interrupt()
      #expect(terminal.wait(for: "interrupted"), "\(line): \(terminal.transcript)", sourceLocation: source)
      #expect(terminal.wait(for: "> "), sourceLocation: source)
      terminal.type("print('kept ' .. kept[1] + 1)\n")
      #expect(terminal.wait(for: "kept 43\r\n"), "\(line): \(terminal.transcript)", sourceLocation: source)
      #expect(terminal.wait(for: "> "), sourceLocation: source)
    }
    terminal.type("\u{4}")
    #expect(terminal.waitForExit() == 0, sourceLocation: source)
  }

  @Test func R2_shell() throws {
    let terminal = try Terminal(environment: environment)
    #expect(terminal.wait(for: "> "))
    terminal.type("kept = {42}\n")
    #expect(terminal.wait(for: "\r\n") && terminal.wait(for: "> "))
    for line in ["!echo g''o; sleep 30", "x = !echo g''o >&2; sleep 30"] + ["!echo g''o; sleep 30"] {
      terminal.type(line + "\n")
      #expect(terminal.wait(for: "go\r\n"), "\(terminal.transcript)")
      usleep(100_000)
      terminal.interrupt()
      #expect(terminal.wait(for: "interrupted"), "\(line): \(terminal.transcript)")
      #expect(terminal.wait(for: "> "))
      terminal.type("print('kept ' .. kept[1] + 1)\n")
      #expect(terminal.wait(for: "kept 43\r\n") && terminal.wait(for: "> "), "\(terminal.transcript)")
    }
    terminal.type("\u{4}")
    #expect(terminal.waitForExit() == 0)
  }

  @Test func R2_completion() throws {
    let terminal = try Terminal(environment: environment)
    #expect(terminal.wait(for: "> "))
    terminal.type("kept = {42} t = {} for i = 1, 1000000 do t['k' .. i] = i end\n")
    #expect(terminal.wait(for: "\r\n") && terminal.wait(for: "> "))
    for pause in [0, 5_000, 20_000] as [UInt32] {
      terminal.type("t.k99999\t")
      #expect(terminal.wait(for: "t.k99999"))
      usleep(pause)
      terminal.interrupt()
      #expect(terminal.wait(for: "^C") && terminal.wait(for: "> "), "\(terminal.transcript)")
      terminal.type("print('kept ' .. kept[1] + 1)\n")
      #expect(terminal.wait(for: "kept 43\r\n") && terminal.wait(for: "> "), "\(terminal.transcript)")
    }
    terminal.type("\u{4}")
    #expect(terminal.waitForExit() == 0)
  }

  @Test func R2_loop() throws { try interrupts([], "while true do end") }

  @Test func R2_loopInsidePcall() throws {
    try interrupts([], "while true do pcall(function() while true do end end) end")
  }

  @Test func R2_coroutine() throws {
    try interrupts(
      [], "local c = coroutine.wrap(function() while true do coroutine.yield() end end) while true do c() end")
  }

  @Test func R2_convolution() throws {
    try interrupts(
      ["x, w = tensor.rand(1, 64, 512, 512), tensor.rand(64, 64, 3, 3)"],
      "while true do pcall(nn.conv2d, x, w, {padding = 1}) end")
  }

  @Test func R2_filterOn12Megapixels() throws {
    try interrupts(["x = tensor.rand(3, 3000, 4000)"], "while true do filters.kuwahara(x, {radius = 4}) end")
  }

  @Test func R2_fft() throws {
    try interrupts(["x = tensor.rand(2048, 2048)"], "while true do tensor.fft2(x) end")
  }

  @Test func R2_optimiserLoop() throws {
    try interrupts(
      ["p = tensor.zeros(100000):requires_grad_()", "o = optim.adam({p})"],
      "for i, s in atelier.progress(1000000) do o:zero_grad() local l = (p - 1):square():sum() l:backward() o:step() end"
    )
  }

  @Test func R2_decoding() throws {
    let path = scratch("large.png")
    try interrupts(
      ["images.save(tensor.rand(3, 1500, 2000), '\(path)')"], "while true do images.load('\(path)') end")
  }

  @Test func R2_tensorPrinting() throws {
    try interrupts(["x = tensor.rand(1000, 1000)"], "while true do local s = tostring(x) end")
  }

  @Test func R2_convertingALargeTensorToATable() throws {
    try interrupts(["x = tensor.rand(3000000)"], "while true do local s = x:tolist() end")
  }
}
