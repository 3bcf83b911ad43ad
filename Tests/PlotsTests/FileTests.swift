import Foundation
import FoundationXML
import Plots
import Surface
import TensorCore
import TestSupport
import Testing

/// Gathers the elements of an XML document.
private final class Elements: NSObject, XMLParserDelegate {
  var found: [(name: String, attributes: [String: String], text: String)] = []

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) { found.append((name, attributes, "")) }

  func parser(_ parser: XMLParser, foundCharacters text: String) { found[found.count - 1].text += text }

  init(_ document: String) throws {
    super.init()
    let parser = XMLParser(data: Data(document.utf8))
    parser.delegate = self
    if !parser.parse() { throw EngineError("test", "not well-formed: \(parser.parserError.map { "\($0)" } ?? "")") }
  }
}

/// SVG documents, and files of both kinds.
@Suite(.serialized) @MainActor struct FileTests {
  private let nasty = "<a href=\"x\"> & 'b' \u{1} 損失 ]]>"

  @Test("R13: an SVG is well-formed, escapes its texts, and holds the data as paths", .proves("plot:svg"))
  func document() throws {
    let drawing = try plot(
      "plot.line", options((nasty, list(0, 1, 4)), ("b", list(4, 0, 1))),
      options(
        ("title", text(nasty)), ("xlabel", text(nasty)), ("ylabel", text(nasty)), ("xlim", list(1, 3)),
        ("ylim", list(0, 4))))
    guard case .string(let document) = try call("plot:svg", .object(drawing)) else {
      throw EngineError("test", "no string")
    }
    let elements = try Elements(document).found
    let shown = nasty.replacing("\u{1}", with: " ")
    #expect(elements.count { $0.name == "text" && $0.text.hasPrefix(shown) } == 4, "title, labels and legend")
    #expect(elements.first?.attributes["width"] == "800")
    let lines = elements.filter { $0.name == "path" && $0.attributes["clip-path"] != nil }
    #expect(lines.map { $0.attributes["stroke"] } == ["#0072b2", "#d55e00"])
    // Three places each: left, middle, right; values 0, 1, 4 are at the bottom, a quarter up and at the top.
    let places = try lines.map { line in
      try #require(line.attributes["d"]).dropFirst().split(separator: "L").map {
        $0.split(separator: " ").compactMap { Double($0) }
      }
    }
    let (a, b) = (places[0], places[1])
    #expect(a.count == 3 && b.count == 3)
    let (bottom, top) = (a[0][1], a[2][1])
    #expect(a[1][0] - a[0][0] == a[2][0] - a[1][0] && bottom - top > 300)
    #expect(abs(a[1][1] - (bottom - (bottom - top) / 4)) < 0.02)
    #expect(b[0][1] == top && b[1][1] == bottom && abs(b[2][1] - a[1][1]) < 0.02)
  }

  @Test("A matrix in an SVG is a picture in base 64") func image() throws {
    let drawing = try plot("plot.image", .object(try Tensor(doubles: [0, 1, .nan, 0.5], [2, 2])))
    let pictures = try Elements(drawing.svg()).found.filter { $0.name == "image" }
    #expect(pictures.count == 2, "the matrix and its scale")
    let link = try #require(pictures[0].attributes["xlink:href"])
    let data = try #require(Data(base64Encoded: String(link.dropFirst("data:image/png;base64,".count))))
    #expect(data.starts(with: [0x89, 0x50, 0x4E, 0x47]))
  }

  @Test("Files appear complete or not at all", .proves("plot:save")) func saving() throws {
    let folder = try Scratch()
    let drawing = try plot("plot.line", list(1, 2, 3))
    try call("plot:save", .object(drawing), text(folder("a.png")))
    try call("plot:save", .object(drawing), text(folder("b.SVG")))
    #expect(folder.contents == ["a.png", "b.SVG"])
    #expect(try bytes(of: folder("a.png")).starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(try String(decoding: bytes(of: folder("b.SVG")), as: UTF8.self) == drawing.svg())
    let before = try bytes(of: folder("a.png"))
    for name in ["c.jpg", "c", "c.png/d.svg", ""] {
      #expect(!message { try call("plot:save", .object(drawing), text(name.isEmpty ? "" : folder(name))) }.isEmpty)
    }
    #expect(
      message { try call("plot:save", .object(drawing), text("c.jpg")) }.contains("ends in .png or .svg, got \"c.jpg\"")
    )
    Interrupt.raise()
    #expect(throws: Interrupted.self) { try drawing.save(to: folder("a.png")) }
    Interrupt.clear()
    #expect(try bytes(of: folder("a.png")) == before, "an interrupted drawing leaves the old file")
    #expect(folder.contents == ["a.png", "b.SVG"])
  }
}
