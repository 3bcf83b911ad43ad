import Engine
import Foundation
import Surface
import TestSupport
import Testing

/// `atelier docs`: the pages of the whole registry.
@Suite(.serialized) @MainActor
struct DocsTests {
  /// A folder of pages that the tests share, and its files: a run takes seconds.
  private static let shared = Result {
    let scratch = try Scratch()
    return (scratch: scratch, files: try write(scratch, "out"))
  }

  /// The files that one run writes.
  private static func write(_ scratch: Scratch, _ name: String) throws -> [String: String] {
    let result = try Program.run(["docs", scratch(name)])
    try #require(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("open \(scratch(name))/index.html") && result.errors.isEmpty)
    var files: [String: String] = [:]
    for file in try FileManager.default.contentsOfDirectory(atPath: scratch(name)) {
      files[file] = try String(decoding: bytes(of: scratch("\(name)/\(file)")), as: UTF8.self)
    }
    return files
  }

  private static let names: [String] = {
    let types = Catalogue.types()
    let parts = types.flatMap { $0.methods + $0.operators.values + [$0.index, $0.assign].compactMap { $0 } }
    return (Catalogue.functions() + parts).map(\.qualifiedName) + ["help"]
  }()

  @Test("Every name has its place, every link leads somewhere, and the search knows all") func whole() throws {
    let files = try Self.shared.get().files
    let pages = files.filter { $0.key.hasSuffix(".html") }
    var places: Set<String> = []
    for (file, text) in pages {
      places.insert(file)
      let identifiers = text.matches(of: #/ id=\x22([^\x22]*)\x22/#).map { String($0.1) }
      #expect(Set(identifiers).count == identifiers.count, "\(file) has two places of one name")
      places.formUnion(identifiers.map { "\(file)#\($0)" })
    }
    for name in Self.names {
      let identifier = name.replacing(" ", with: "_").replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      #expect(places.contains { $0.hasSuffix("#" + identifier) }, "\(name) has no place")
    }
    for (file, text) in pages {
      for link in text.matches(of: #/(?:href|src)=\x22([^\x22]*)\x22/#).map({ String($0.1) }) {
        let target = link.hasPrefix("#") ? file + link : link
        let plain = target.removingPercentEncoding ?? target
        let place = plain.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
        #expect(places.contains(place) || files[target] != nil, "\(file) links to \(link), which is not there")
      }
    }
    let search = try #require(files["search.js"])
    for name in Self.names {
      #expect(search.contains("[\"\(name.replacing("<", with: "\\u003c"))\", "), "the search lacks \(name)")
    }
  }

  @Test("Pages are the same each time, need no network and name no path of this machine") func selfContained() throws {
    let (scratch, files) = try Self.shared.get()
    #expect(try Self.write(scratch, "out") == files)
    for (file, text) in files where !file.hasSuffix(".png") {
      for part in ["http:", "https:", "/tmp/", "/home/", "/root/", "/dev/shm", Fixtures.root.path, scratch.path] {
        #expect(!text.contains(part), "\(file) contains \(part)")
      }
    }
    #expect(scratch.contents == ["out"])
  }

  @Test("Examples stand with what they really gave") func examples() throws {
    let files = try Self.shared.get().files
    let metrics = try #require(files["metrics.html"])
    #expect(metrics.contains("<samp>2.0</samp>") || metrics.contains("<samp>2"))
    let images = try #require(files["images.html"])
    #expect(images.contains("img = tensor 3×32×48 f32") && images.contains("<img src=\"images.load-img.png\""))
    #expect(files["images.load-img.png"] != nil)
    let count = files.values.reduce(0) { $0 + $1.matches(of: #/<pre class=\x22output\x22>/#).count }
    #expect(count > 60, "\(count) outputs")
  }

  @Test("Every start of an element has its end") func balanced() throws {
    let void: Set = ["meta", "link", "input", "img", "!DOCTYPE"]
    for (file, text) in try Self.shared.get().files where file.hasSuffix(".html") {
      var open: [Substring] = []
      for match in text.matches(of: #/<(\/?)([A-Za-z0-9!]+)[^>]*>/#) where !void.contains(String(match.2)) {
        if match.1.isEmpty {
          open.append(match.2)
        } else if open.popLast() != match.2 {
          Issue.record("\(file): </\(match.2)> ends nothing")
          return
        }
      }
      #expect(open.isEmpty, "\(file) leaves \(open) open")
    }
  }

  @Test("Every table says what it is for") func tables() {
    for function in Catalogue.functions() {
      if case .module(let table) = function.form { #expect(Catalogue.tables[table] != nil, "\(table)") }
    }
  }

  @Test("A folder of somebody else's is refused") func refuses() throws {
    let scratch = try Scratch()
    _ = try scratch.file("notes.txt", [1])
    let result = try Program.run(["docs", scratch.path])
    #expect(result.status == 1 && result.output.isEmpty && scratch.contents == ["notes.txt"])
    #expect(
      result.errors == "atelier: docs: the folder \(scratch.path) exists and was not written by this command; "
        + "name a new folder\n")
    #expect(try Program.run(["docs"]).status == 2)
    #expect(try Program.run(["--help"]).output.contains("docs"))
  }
}
