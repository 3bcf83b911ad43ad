import TestSupport
import Testing

/// Cells as they are typed and changed, looked at on the screen of a terminal emulator.
@Suite(.serialized) @MainActor
struct EditingTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func prompt(columns: Int = 60, rows: Int = 24) throws -> Tmux {
    let tmux = try Tmux(in: scratch, columns: columns, rows: rows)
    #expect(tmux.waits(for: ">"), "\(tmux.screen)")
    return tmux
  }

  @Test func R1_aCellOfSeveralLinesIsEditedAsOne() throws {
    let tmux = try prompt()
    try tmux.enter("for i = 1, 2 do")
    try tmux.enter("if i > 0 then")
    try tmux.enter("print(i)")
    try tmux.enter("end")
    #expect(tmux.waits(for: "> for i = 1, 2 do", ">>   if i > 0 then", ">>     print(i)", ">>   end", ">>"))
    // Back to the first line, to the end of which 2 becomes 3; Enter anywhere in a whole cell runs it.
    try tmux.type("end")
    try tmux.press("Up", "Up", "Up", "Up", "C-e", "BSpace", "BSpace", "BSpace", "BSpace")
    try tmux.type("3 do")
    #expect(tmux.waits(for: "> for i = 1, 3 do", ">>   if i > 0 then", ">>     print(i)", ">>   end", ">>   end"))
    try tmux.press("Enter")
    #expect(tmux.waits(for: ">>   end", "1", "2", "3", ">"), "\(tmux.screen)")
    // Recalled, it is one cell again; the cursor stands at its end and walks up through its lines.
    try tmux.press("Up")
    #expect(tmux.waits(for: "> for i = 1, 3 do", ">>   if i > 0 then", ">>     print(i)", ">>   end", ">>   end"))
    try tmux.press("Up", "Up", "C-e", "BSpace")
    try tmux.type(" * 10)")
    try tmux.press("Enter")
    #expect(tmux.waits(for: "10", "20", "30", ">"), "\(tmux.screen)")
  }

  @Test func R1_wrongCellsAreReportedAtOnceAndWholeOnesRun() throws {
    let tmux = try prompt()
    try tmux.enter("a b")
    #expect(tmux.wait { $0.contains { $0.contains("near 'b'") } && $0.last == ">" }, "\(tmux.screen)")
    try tmux.enter("s = 'open")
    #expect(tmux.wait { $0.contains { $0.contains("unfinished string") } && $0.last == ">" })
    try tmux.type("x = 1")
    try tmux.press("M-Enter")
    #expect(tmux.waits(for: "> x = 1", ">>"))
    try tmux.type("x + 1")
    try tmux.press("Enter")
    #expect(tmux.waits(for: "> x = 1", ">> x + 1", "2", ">"), "\(tmux.screen)")
  }

  @Test func R1_linesAreSetInAndKeysStayInTheirLine() throws {
    let tmux = try prompt()
    try tmux.enter("f = function(a)")
    try tmux.enter("return {")
    try tmux.enter("a,")
    try tmux.enter("}")
    try tmux.type("  wrong")
    try tmux.press("C-u")
    try tmux.enter("end")
    #expect(
      tmux.waits(for: "> f = function(a)", ">>   return {", ">>     a,", ">>   }", ">> end", ">"), "\(tmux.screen)")
    try tmux.enter("#f(1) + [[")
    try tmux.enter("a")
    // In a string nothing is set in.
    #expect(tmux.waits(for: "> #f(1) + [[", ">> a", ">>"))
    #expect(tmux.cursor[0] == 3)
    try tmux.press("Up", "C-k", "C-k", "Up", "C-k")
    #expect(tmux.waits(for: ">", ">>"), "\(tmux.screen)")
  }

  @Test func R4_prefixAndIncrementalSearchFindBlocks() throws {
    let tmux = try prompt()
    try tmux.enter("function area(w, h)")
    try tmux.enter("return w * h")
    try tmux.enter("end")
    try tmux.enter("fill = area(6, 7)")
    try tmux.enter("other = 1")
    #expect(tmux.waits(for: "> other = 1", ">"))
    try tmux.type("f")
    try tmux.press("Up")
    #expect(tmux.waits(for: "> fill = area(6, 7)"))
    try tmux.press("Up")
    #expect(tmux.waits(for: "> function area(w, h)", ">>   return w * h", ">> end"))
    try tmux.press("C-c")
    #expect(tmux.waits(for: ">> end^C", ">"), "\(tmux.screen)")
    // Without a prefix the walk passes through the lines of the block and goes on; and back down to what was typed.
    try tmux.press("Up", "Up", "Up", "Up", "Up")
    #expect(tmux.waits(for: "> function area(w, h)", ">>   return w * h", ">> end"), "\(tmux.screen)")
    #expect(tmux.cursor[1] == tmux.screen.count - 3)
    try tmux.press("Down", "Down", "Down")
    #expect(tmux.waits(for: ">> end^C", "> fill = area(6, 7)"), "\(tmux.screen)")
    try tmux.press("Down", "Down")
    #expect(tmux.waits(for: ">> end^C", ">"), "\(tmux.screen)")
    try tmux.press("C-r")
    try tmux.type("w *")
    #expect(tmux.waits(for: "(reverse-i-search)`w *': function area(w, h)", ">>   return w * h", ">> end"))
    try tmux.press("Enter")
    #expect(tmux.waits(for: "> function area(w, h)", ">>   return w * h", ">> end", ">"), "\(tmux.screen)")
    try tmux.enter("fill")
    #expect(tmux.waits(for: "> fill", "42", ">"))
  }

  @Test func wideCharactersWrapWhereTheyStand() throws {
    let tmux = try prompt(columns: 21)
    // Two columns each: after the prompt and the quote 18 are left, of which the last cannot hold half a character.
    try tmux.type("'漢字かな漢字かな漢字かな'")
    #expect(tmux.waits(for: "> '漢字かな漢字かな漢", "字かな'"), "\(tmux.screen)")
    #expect(tmux.cursor[0] == 7)
    try tmux.press("Home", "Right", "Right", "BSpace")
    #expect(tmux.waits(for: "> '字かな漢字かな漢字", "かな'"), "\(tmux.screen)")
    try tmux.type("e\u{301}é")
    #expect(tmux.waits(for: "> 'e\u{301}é字かな漢字かな漢", "字かな'"), "\(tmux.screen)")
    #expect(tmux.cursor[0] == 5)
    try tmux.press("Enter")
    #expect(tmux.waits(for: "字かな'", "e\u{301}é字かな漢字かな漢字", "かな", ">"), "\(tmux.screen)")
    // A row that is full to the last column: the cursor waits in the next.
    try tmux.type("'234567890123456789")
    #expect(tmux.wait { $0.last == "> '234567890123456789" && tmux.cursor[0] == 0 }, "\(tmux.screen)")
    try tmux.press("BSpace")
    #expect(tmux.wait { $0.last == "> '23456789012345678" && tmux.cursor[0] == 20 }, "\(tmux.screen)")
  }

  @Test func aCellTallerThanTheWindowIsShownAroundTheCursor() throws {
    let tmux = try prompt(columns: 40, rows: 8)
    let lines = (1...30).map { "  n = n + \($0)" }
    try tmux.paste((["n = 0 do"] + lines + ["end"]).joined(separator: "\n"))
    #expect(tmux.waits(for: ">>   n = n + 29", ">>   n = n + 30", ">> end"), "\(tmux.screen)")
    for _ in 1...31 { try tmux.press("Up") }
    #expect(tmux.wait { $0.first == "> n = 0 do" && $0.last == ">>   n = n + 7" }, "\(tmux.screen)")
    try tmux.press("C-a")
    try tmux.type("x = 5; ")
    #expect(tmux.wait { $0.first == "> x = 5; n = 0 do" }, "\(tmux.screen)")
    try tmux.press("Enter")
    #expect(tmux.waits(for: ">>   n = n + 30", ">> end", ">"), "\(tmux.screen)")
    try tmux.enter("n + x")
    #expect(tmux.waits(for: "470", ">"), "\(tmux.screen)")
  }

  @Test func aResizedWindowShowsTheTextAgain() throws {
    let tmux = try prompt(columns: 60, rows: 20)
    try tmux.enter("f(1,")
    try tmux.type("'abcdefghijklmnopqrstuvwxyz0123456789', 2")
    #expect(tmux.waits(for: "> f(1,", ">>   'abcdefghijklmnopqrstuvwxyz0123456789', 2"))
    try tmux.resize(columns: 24, rows: 20)
    #expect(tmux.waits(for: "> f(1,", ">>   'abcdefghijklmnopqr", "stuvwxyz0123456789', 2"), "\(tmux.screen)")
    try tmux.resize(columns: 50, rows: 12)
    #expect(tmux.waits(for: "> f(1,", ">>   'abcdefghijklmnopqrstuvwxyz0123456789', 2"), "\(tmux.screen)")
    try tmux.press("C-c")
    try tmux.enter("1 + 1")
    #expect(tmux.waits(for: "> 1 + 1", "2", ">"), "\(tmux.screen)")
  }

  @Test func candidatesAreListedAndTheTextStays() throws {
    let tmux = try prompt(columns: 60, rows: 24)
    try tmux.type("local x = tensor.zero")
    try tmux.press("Tab")
    #expect(tmux.waits(for: "> local x = tensor.zeros"))
    try tmux.press("Tab")
    #expect(
      tmux.wait { screen in
        screen.last == "> local x = tensor.zeros" && screen.dropLast().last?.hasPrefix("zeros_like  ") == true
      }, "\(tmux.screen)")
    try tmux.type("_")
    try tmux.press("Tab")
    // No blank is added to a whole name.
    #expect(tmux.wait { $0.last == "> local x = tensor.zeros_like" && tmux.cursor[0] == 29 }, "\(tmux.screen)")
  }
}
