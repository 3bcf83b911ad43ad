import Engine
import Foundation
import LuaHost
import Sessions
import Surface
import TestSupport
import Testing

/// What may stand at a place of a text: row R5 of the goals.
@Suite(.serialized) @MainActor
struct CompletionTests {
  /// Values to complete on; every metamethod that could run raises.
  static let values = """
    img = tensor.zeros(3, 4, 5)
    net = nn.Sequential(nn.Conv2d(3, 4, 3))
    deep = {one = {["two"] = {three = 3, [1] = {four = 4}}}, say = function(self) end, ["not a name"] = 1}
    child = setmetatable({own = 1}, {__index = {inherited = 2, run = function() end}})
    trap = setmetatable({real = 1}, {
      __index = function() error("index") end, __pairs = function() error("pairs") end, __len = function() error("len") end,
      __tostring = function() error("text") end, __name = 5, __call = function() error("call") end,
    })
    loop = {a = 1}
    setmetatable(loop, {__index = loop})
    word = "text"
    __secret = 1
    function myfunction(a) return a end
    local mylocal = 7
    """

  static func session() throws -> Session {
    let session = Session(try LuaHost(functions: Catalogue.functions(), types: Catalogue.types()))
    session.add([
      Command(["time", "t"], ":time CODE", "Times.", argument: .lua) { _, _ in },
      Command(["run"], ":run FILE", "Runs.", argument: .path) { _, _ in },
      Command(["image"], ":image MODE", "Mode.", argument: .choice { ["kitty", "sixel", "text"] }) { _, _ in },
    ])
    guard case .done = session.evaluate(values).ending else { throw EngineError("test", "the values do not run") }
    return session
  }

  /// Text with the cursor as `|`; items that must be there, items that must not.
  nonisolated static let table: [(String, [String], [String])] = [
    ("ima|", ["images"], ["img"]), ("img|", ["img"], ["images"]), ("mylo|", ["mylocal"], []),
    ("myf|", ["myfunction"], []), ("__sec|", ["__secret"], []), ("|", ["images", "print", "for"], ["__secret"]),
    ("IMAG|", ["images"], []), ("braries|", [], ["images"]), ("x = tens|", ["tensor"], []),
    ("images.lo|", ["images.load"].map { String($0.dropFirst(7)) }, ["save"]), ("images.|", ["load", "save"], []),
    ("deep.|", ["one", "say"], ["not a name", "two"]), ("deep.one.|", ["two"], ["one"]),
    ("deep.one.two.|", ["three"], []), ("deep[\"one\"].two.th|", ["three"], []),
    ("deep.one[\"two\"][1].|", ["four"], []), ("child.|", ["own", "inherited", "run"], []),
    ("trap.|", ["real"], []), ("trap.re|", ["real"], []), ("loop.|", ["a"], []), ("nosuch.|", [], ["images"]),
    ("string.fo|", ["format"], []), ("img:res|", ["reshape"], ["step"]),
    ("img:|", ["sum", "backward"], ["children", "step"]),
    ("net:|", ["parameters"], ["reshape"]), ("word:up|", ["upper"], []), ("(\"abc\"):up|", ["upper"], []),
    ("child:|", ["run"], ["own"]), ("deep:sa|", ["say"], []), ("trap:|", [], ["real"]),
    ("images.load(\"x\"):fl|", ["flatten"], []), ("filters.gaussian(img, {sigma = 2}):|", ["sum"], []),
    ("img:relu():su|", ["sum"], []), ("img[1]:su|", ["sum"], []), ("tensor{1, 2}:su|", ["sum"], []),
    ("local b = images.load(\"x\")\nb:fl|", ["flatten"], []), ("optim.adam(net):st|", ["step"], ["std"]),
    ("filters.kuwahara(img, {ra|", ["radius = "], ["sharpness = "]),
    ("filters.kuwahara(img, {|", ["radius = ", "mode = ", "strength = "], []),
    ("filters.kuwahara(img, {radius = 3, |", ["mode = "], ["radius = "]),
    (
      "filters.kuwahara(\n  img:pad({1, 1}),\n  {radius = (1 + 2),\n   s|", ["sharpness = ", "smoothing = "],
      ["radius = "]
    ),
    ("nn.Conv2d(3, 8, 3, {|", ["stride = ", "padding = "], []), ("scenes.library{wi|", ["width = "], []),
    ("print({|", ["print", "images"], []), ("img:sum({|", ["keepdim = "], []),
    ("filters.kuwahara(img, {mode = \"|", ["classic", "anisotropic"], ["radius"]),
    ("filters.kuwahara(img, {mode = \"an|", ["anisotropic"], ["classic"]),
    ("filters.kuwahara(img, {mode = |", ["\"classic\"", "img"], []),
    ("filters.kuwahara(img, {mode = 'ge|", ["generalized"], []),
    ("nn.conv2d(img, w, {padding = \"|", ["same", "valid"], []),
    ("nn.conv2d(img, w, {padding_mode = \"refl|", ["reflect"], []),
    ("nn.conv2d(img, w, {bias = b, |", ["stride = "], ["bias = "]),
    ("img:to(\"|", ["f32", "bf16"], []), ("whi|", ["while"], []), ("if img t|", ["then"], []), ("x = no|", ["not"], []),
    ("local fu|", ["function"], []), ("x.an|", [], ["and"]), ("goto co|", [], ["continue"]),
    ("function f(first, second)\n  return fi|", ["first", "filters"], []),
    ("for index, value in pairs(t) do\n  va|", ["value"], []), ("do local gone = 1 end\ngo|", ["goto"], ["gone"]),
    ("local function helper(argument) end\nhel|", ["help", "helper"], []), ("-- ima|", [], ["images"]),
    ("x = 12|", [], ["images"]), ("help(\"images.lo|", ["images.load"], []), ("help \"ima|", ["images"], []),
    ("?filters.k|", ["filters.kuwahara"], []), ("??ima|", ["images"], []), ("?tensor:resh|", ["tensor:reshape"], []),
    (":ti|", ["time"], ["run"]), (":|", ["time", "run", "help", "apropos"], []), (":time img:res|", ["reshape"], []),
    (":image |", ["kitty", "sixel", "text"], []), (":image si|", ["sixel"], ["kitty"]), (":help |", ["images"], []),
    ("img:sum():item(|) + 1", ["print"], []), ("deep[\"o|", ["one"], ["two"]), ("é = ima|", ["images"], []),
  ]

  @Test("R5: table of completions", arguments: 0..<table.count) func R5_completes(row: Int) throws {
    let (marked, wanted, unwanted) = CompletionTests.table[row]
    let parts = marked.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
    let text = parts.joined()
    let found = try Self.session().complete(text, at: parts[0].utf8.count)
    let names = found.items.map(\.text)
    for name in wanted { #expect(names.contains(name), "\(marked) lacks \(name), has \(names.prefix(20))") }
    for name in unwanted { #expect(!names.contains(name), "\(marked) has \(name)") }
    #expect(found.range.upperBound == parts[0].utf8.count)
  }

  @Test("R5: descriptions come from the registry and from the values") func R5_describes() throws {
    let session = try Self.session()
    func summary(_ text: String, _ name: String) -> String? {
      session.complete(text, at: text.utf8.count).items.first { $0.text == name }?.summary
    }
    func kind(_ text: String, _ name: String) -> Completion.Item.Kind? {
      session.complete(text, at: text.utf8.count).items.first { $0.text == name }?.kind
    }
    #expect(summary("img", "img") == "tensor 3×4×5 f32")
    #expect(summary("filters.xd", "xdog")?.hasPrefix("Draws a picture in ink") == true)
    #expect(
      summary("filters.kuwahara(img, {ra", "radius = ")
        == "size of the window; of the anisotropic mode's ellipse, the mean radius (an integer from 1 to 100, in pixels; "
        + "default 5)")
    #expect(summary("wor", "word") == "string \"text\"")
    #expect(summary("mylo", "mylocal") == "integer 7")
    #expect(summary("myf", "myfunction") == "function, prompt[1]:13")
    #expect(summary(":ti", "time") == "Times.")
    #expect(summary("dee", "deep") == "table")
    let kinds: [(String, String, Completion.Item.Kind)] = [
      ("ima", "images", .module), ("images.lo", "load", .function), ("img:re", "reshape", .method),
      ("whi", "while", .keyword),
      ("deep.", "one", .field), ("scenes.library{wi", "width = ", .option), ("img:to(\"", "f32", .value),
      (":ru", "run", .command), ("img", "img", .variable),
    ]
    for (text, name, expected) in kinds { #expect(kind(text, name) == expected, "\(text)") }
  }

  @Test("R5: files inside strings") func R5_paths() throws {
    let scratch = try Scratch()
    for name in ["photo one.png", "photo.jpg", ".hidden", "äpfel.png"] { _ = try scratch.file(name, [1]) }
    try FileManager.default.createDirectory(atPath: scratch("photos"), withIntermediateDirectories: true)
    _ = try scratch.file("photos/inner.png", [1])
    let session = try Self.session()
    func names(_ text: String) -> [String] { session.complete(text, at: text.utf8.count).items.map(\.text) }
    let root = scratch("")
    #expect(names("images.load(\"\(root)") == ["photo one.png", "photo.jpg", "photos/", "äpfel.png"])
    #expect(names("images.load(\"\(root)photo o") == ["photo one.png"])
    #expect(names("images.load(\"\(root)photos/") == ["inner.png"])
    #expect(names("x = '\(root).") == [".hidden"])
    #expect(names("images.load(\"\(root)ä") == ["äpfel.png"])
    #expect(names(":run \(root)phot") == ["photo one.png", "photo.jpg", "photos/"])
    #expect(names("!ls \(root)photos/i") == ["inner.png"])
    #expect(names("x = \"\(root)nowhere/") == [])
    let text = "images.load(\"\(root)photo o"
    #expect(session.complete(text, at: text.utf8.count).range.lowerBound == "images.load(\"\(root)".utf8.count)
  }

  @Test("R5: a million keys are cut, ten thousand are not, both within the budget") func R5_largeTables() throws {
    let session = try Self.session()
    guard
      case .done = session.evaluate(
        "ten = {} for i = 1, 9999 do ten['key' .. i] = i end million = {} for i = 1, 1000000 do million['k' .. i] = i end"
      )
      .ending
    else { throw EngineError("test", "no tables") }
    let ten = session.complete("ten.k", at: 5).items
    #expect(ten.count == 9999 && ten.first?.text == "key1" && ten.last?.text == "key9999")
    #expect(session.complete("ten.key999", at: 10).items.map(\.text) == ["key999"] + (0...9).map { "key999\($0)" })
    let many = session.complete("million.k", at: 9).items.map(\.text)
    #expect(!many.isEmpty && many.count <= 10_000 && many == many.sorted())
    #expect(session.complete("million.nothinglikethis", at: 23).items.isEmpty)
  }

  @Test("R5: nothing of the script runs, finalizers neither") func R5_runsNothing() throws {
    let session = try Self.session()
    // What waits for the collector must wait on: its finalizers are the script's code.
    _ = session.evaluate("ran = 0; for i = 1, 300 do setmetatable({}, {__gc = function() ran = ran + 1 end}) end")
    func ran() -> String? { session.complete("ran", at: 3).items.first { $0.text == "ran" }?.summary }
    let before = ran()
    for text in [
      "trap.", "trap:", "trap.x.y", "trap().", "trap[1].", "deep.say().", "child.", "img:", "trap[\"", "#trap.",
    ] {
      for _ in 0..<200 { _ = session.complete(text, at: text.utf8.count) }
      for name in ["trap", "child", "img", "deep.one", "trap.nothing.more"] {
        _ = session.inspect(name, at: name.utf8.count, detail: 2)
      }
    }
    #expect(ran() == before && before?.hasPrefix("integer ") == true)
    let text = "trap.nothing"
    #expect(session.complete(text, at: text.utf8.count).items.isEmpty)
  }

  @Test("R5: any bytes, any place: no crash, ranges on characters") func R5_fuzz() throws {
    let session = try Self.session()
    let pieces = [
      "images", ".", ":", "(", ")", "{", "}", "[", "]", "\"", "'", "filters.kuwahara", "img", " ", "\n", "=", ",", "é",
      "漢",
      "[[", "]]", "--", "function", "end", "local", "for", "?", "!", "mode", "radius", "\\", "😀", "1", "0x", "..", "\0",
      "deep",
      "\t", "~/", "/", ";", "if", "then", "trap", "\"]", "\u{301}",
    ]
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func draw(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    for _ in 0..<4000 {
      let text = (0..<draw(14)).map { _ in pieces[draw(pieces.count)] }.joined()
      let offset = draw(text.utf8.count + 4) - 2
      let found = session.complete(text, at: offset)
      _ = session.inspect(text, at: offset, detail: 1 + draw(2))
      let bytes = Array(text.utf8)
      #expect(found.range.lowerBound >= 0 && found.range.upperBound <= bytes.count, "\(text)")
      for edge in [found.range.lowerBound, found.range.upperBound] where edge < bytes.count {
        #expect(bytes[edge] & 0xC0 != 0x80, "\(text) at \(offset)")
      }
    }
    for deep in [
      String(repeating: "a.", count: 40_000), String(repeating: "{a=", count: 30_000),
      String(repeating: "f(", count: 40_000),
    ] {
      _ = session.complete(deep, at: deep.utf8.count)
    }
  }
}
