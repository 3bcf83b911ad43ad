import Files
import Foundation
import Reference
import Surface
import TestSupport
import Testing

/// The pages of a small registry whose texts try to break them.
@Suite(.serialized) @MainActor struct PageTests {
  private static func function(
    _ form: Function.Form, _ name: String, _ summary: String, _ parameters: [Option] = [], options: [Option] = [],
    returns: String = "nothing", source: String? = nil, details: String? = nil, related: [String] = [],
    example: String = "assert(1 < 2)"
  ) -> Function {
    Function(
      form, name, summary, parameters, options: options, returns: returns, source: source, details: details,
      related: related, example: example
    ) { _ in .none }
  }

  private static func reference() -> Reference {
    let functions = [
      function(
        .module("paint"), "draw", "Draws <b>a & \"b\"</b>, unlike paint.wash.",
        [Option("img", .object("canvas"), "what paint.wash gives; not paint.nothing")],
        options: [
          .optional("size", .integer, "how large", .integer(3), range: 1...50, unit: "pixels"),
          .optional("mode", .choice(["a<b", "c"]), "which", .string("c")),
          .optional("lr", .number, "rate", range: 0...Double.greatestFiniteMagnitude),
          .optional("shift", .number, "any", .number(0.5), range: Option.anyNumber),
        ], returns: "a canvas", source: "Smith & Jones 1999, eq. 3 < 4", details: "a < b,\nas paint.wash",
        related: ["show", "gone"],
        example: "local x = paint.wash(\"</script>\") -- a < b\nx:dry()"),
      function(.module("paint"), "wash", "Washes."), function(.value("paint"), "version", "The version."),
      function(.global, "show", "Shows."),
    ]
    let type = ScriptType(
      name: "canvas", summary: "something to paint on",
      methods: [function(.method("canvas"), "dry", "Dries."), function(.method("canvas"), "wash", "Washes it.")],
      operators: ["mod": function(.operation("canvas"), "%", "The rest.")],
      index: function(.operation("canvas"), "[]", "A part."))
    return Reference(functions: functions, types: [type], summaries: ["paint": "Paint & water."], version: "1.2.3")
  }

  private static func texts(_ reference: Reference = reference()) throws -> [String: String] {
    let files = try reference.files { function in
      guard function.name == "draw" else { return Example() }
      return Example(
        printed: "1 < 2\n", variables: [.init(name: "x", text: "a & b\nc")],
        pictures: [.init(name: "x", file: [1, 2, 3])])
    }
    return Dictionary(uniqueKeysWithValues: files.map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) })
  }

  @Test("A page for every table, type and the globals; pictures beside them") func pages() throws {
    #expect(
      try Self.texts().keys.sorted() == [
        "canvas.html", "globals.html", "index.html", "paint.draw-x.png", "paint.html", "search.js", "style.css",
      ])
    #expect(Self.reference().count == 8)
  }

  @Test("What the registry says stands on the page, escaped") func contents() throws {
    let page = try #require(Self.texts()["paint.html"])
    for part in [
      "<h1>paint</h1>", "Paint &amp; water.", "id=\"paint.draw\"",
      "paint.draw(img, {size=, mode=, lr=, shift=})", "Draws &lt;b&gt;a &amp; &quot;b&quot;&lt;/b&gt;, unlike ",
      "<a href=\"paint.html#paint.wash\"><code>paint.wash</code></a>.", "not paint.nothing",
      "<td data-title=\"Type\">integer</td><td data-title=\"Unit\">pixels</td><td data-title=\"Range\">1 to 50</td>"
        + "<td data-title=\"Default\"><code>3</code></td>",
      "&quot;a&lt;b&quot;, &quot;c&quot;", "<td data-title=\"Range\">≥ 0</td><td data-title=\"Default\">optional</td>",
      "any finite number", "<td data-title=\"Default\">required</td>", "Smith &amp; Jones 1999, eq. 3 &lt; 4",
      "<span class=\"string\">&quot;&lt;/script&gt;&quot;</span>", "<span class=\"comment\">-- a &lt; b</span>",
      "<a href=\"canvas.html#canvas:dry\">:dry</a>", "1 &lt; 2\nx = a &amp; b\n  c</samp>",
      "<img src=\"paint.draw-x.png\" alt=\"The picture x\"",
    ] { #expect(page.contains(part), "\(part)") }
    #expect(!page.contains("<b>") && !page.contains("</script>\""))
    #expect(page.contains("<dt>See also</dt><dd><a href=\"paint.html#paint.wash\">"))
    // The other way round, and from the method of the same name.
    #expect(try #require(Self.texts()["canvas.html"]).contains("<a href=\"paint.html#paint.wash\"><code>paint.wash"))
    let operators = try #require(Self.texts()["canvas.html"])
    #expect(operators.contains("id=\"canvas_%\"") && operators.contains("href=\"#canvas_%25\""))
    #expect(operators.contains("id=\"canvas_[]\"") && operators.contains("href=\"#canvas_%5B%5D\""))
  }

  @Test("Recipes, related entries and thumbnails stand on the pages; what is not there is not linked") func recipes()
    throws
  {
    let texts = try Self.texts(), page = try #require(texts["paint.html"])
    #expect(
      page.contains(
        "<h4>Recipe</h4><pre class=\"recipe\">a &lt; b,\nas <a href=\"paint.html#paint.wash\"><code>paint.wash</code></a></pre>"
      ))
    #expect(page.contains("<a href=\"globals.html#show\"><code>show</code></a>") && !page.contains("gone"))
    #expect(try #require(texts["globals.html"]).contains("<a href=\"paint.html#paint.draw\">"))
    let thumbnail = "\"><img src=\"paint.draw-x.png\" alt=\"\" loading=\"lazy\"><code>draw</code></a>"
    let large = thumbnail.replacing(
      "</a>", with: "<span>Draws &lt;b&gt;a &amp; &quot;b&quot;&lt;/b&gt;, unlike paint.wash.</span></a>")
    #expect(page.contains("<div class=\"gallery large\"><a href=\"#paint.draw" + large + "</div>"))
    #expect(
      try #require(texts["index.html"]).contains("<div class=\"gallery\"><a href=\"paint.html#paint.draw" + thumbnail))
    #expect(!(try #require(texts["canvas.html"]).contains("gallery")))
  }

  @Test("Entries stand under the titles of their groups, the rest before them") func groups() throws {
    let functions = ["b", "a", "c"].map { Self.function(.module("t"), $0, "Does \($0).") }
    let reference = Reference(
      functions: functions, types: [], groups: ["t": [("Big & small", ["c", "b"])]], version: "1")
    let page = try #require(Self.texts(reference)["t.html"])
    func place(_ text: String) throws -> String.Index { try #require(page.range(of: text)?.lowerBound, "\(text)") }
    #expect(page.contains("<a href=\"#-big---small\">Big &amp; small</a>"))
    let order = try ["<h2 id=\"-functions\">", "id=\"t.a\"", "<h2 id=\"-big---small\">", "id=\"t.b\"", "id=\"t.c\""]
      .map(place)
    #expect(order == order.sorted())
  }

  @Test("The search knows every name; its strings close no script") func search() throws {
    let script = try #require(Self.texts()["search.js"])
    #expect(script.contains("[\"paint.draw\", \"Draws \\u003cb>a & \\\"b\\\"\\u003c/b>, unlike paint.wash.\", \"paint"))
    for name in ["paint", "paint.wash", "paint.version", "show", "canvas", "canvas:dry", "canvas %", "canvas []"] {
      #expect(script.contains("[\"\(name)\", "), "\(name)")
    }
  }

  @Test("The same registry gives the same bytes") func deterministic() throws {
    #expect(try Self.texts() == Self.texts())
  }

  @Test("What differs between two runs is left out") func commonGround() throws {
    let first = Example(
      printed: "a\n1.23 s\nb", variables: [.init(name: "t", text: "1"), .init(name: "x", text: "2")],
      pictures: [.init(name: "p", file: [1])])
    let second = Example(
      printed: "a\n1.24 s\nb", variables: [.init(name: "t", text: "7"), .init(name: "x", text: "2")],
      pictures: [.init(name: "p", file: [2])])
    #expect(
      first.common(with: second) == Example(printed: "a\n…\nb", variables: [.init(name: "x", text: "2")], pictures: []))
    #expect(first.common(with: Example(printed: "a")).printed == "…")
    #expect(first.common(with: first) == first)
  }

  @Test("A folder appears complete or not at all, and only ours is replaced") func folders() throws {
    let scratch = try Scratch(), reference = Self.reference()
    try reference.write(to: scratch("out/")) { _ in Example() }
    #expect(scratch.contents == ["out"])
    let before = try FileManager.default.contentsOfDirectory(atPath: scratch("out")).sorted()
    #expect(before.count == 7 && before.contains("index.html") && before.contains(FileSet.list))
    // A failing example leaves everything as it was, and a new folder unmade.
    let failing: (Function) throws -> Example = { _ in throw EngineError("docs", "no") }
    #expect(message { try reference.write(to: scratch("out"), running: failing) } == "docs: no")
    #expect(message { try reference.write(to: scratch("new"), running: failing) } == "docs: no")
    #expect(scratch.contents == ["out"])
    // Written again: a file that is no longer wanted goes.
    try reference.write(to: scratch("out")) { function in
      function.name == "draw" ? Example(pictures: [.init(name: "x", file: [1])]) : Example()
    }
    #expect(try bytes(of: scratch("out/paint.draw-x.png")) == [1])
    try reference.write(to: scratch("out")) { _ in Example() }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch("out")).sorted() == before)
    #expect(scratch.contents == ["out"])
  }

  @Test("What is not ours stays") func refusals() throws {
    let scratch = try Scratch()
    func refusal(_ name: String) -> String {
      message {
        try Self.reference().write(to: name) { function in
          Example(printed: function.name)
        }
      }
    }
    let file = try scratch.file("file", [1])
    #expect(refusal(file) == "docs: \(file) exists and is not a folder; name a new folder")
    try FileManager.default.createDirectory(atPath: scratch("full"), withIntermediateDirectories: true)
    _ = try scratch.file("full/notes.txt", [2])
    let full = scratch("full")
    #expect(
      refusal(full) == "docs: the folder \(full) exists and was not written by this command; name a new folder")
    try FileManager.default.createDirectory(atPath: scratch("out"), withIntermediateDirectories: true)
    #expect(refusal(scratch("out")).isEmpty)
    _ = try scratch.file("out/mine.txt", [3])
    let out = scratch("out")
    #expect(
      refusal(out) == "docs: the folder \(out) also holds mine.txt, which would be lost; move it away, or name a new "
        + "folder")
    #expect(refusal(scratch("a/b")).contains("the folder \(scratch("a")) does not exist"))
    #expect(refusal("").hasPrefix("docs: cannot write"))
    #expect(try bytes(of: scratch("out/mine.txt")) == [3] && bytes(of: scratch("full/notes.txt")) == [2])
  }
}
