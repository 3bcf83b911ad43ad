import Engine
import LuaHost
import Sessions
import Surface
import TestSupport
import Testing

/// Questions: row R6 of the goals.
@Suite(.serialized) @MainActor
struct InspectionTests {
  private static func asked(_ session: Session, _ text: String) -> String {
    var printed = ""
    session.host.output = { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      MainActor.assumeIsolated { printed += text }
    }
    if case .failed(let message, _) = session.submit(text).ending { return message }
    return printed
  }

  private static let entries = Catalogue.functions() + Catalogue.types().flatMap(\.methods)

  @Test("R6: every entry has its facts, and ?name prints them in at most 100 columns") func R6_everyEntry() throws {
    let session = try CompletionTests.session()
    for entry in Self.entries {
      let page = Self.asked(session, "?" + entry.qualifiedName)
      let flat = page.split { $0.isWhitespace }.joined(separator: " ")
      func shows(_ text: String) -> Bool { flat.contains(text.split { $0.isWhitespace }.joined(separator: " ")) }
      #expect(shows(entry.summary), "\(entry.qualifiedName): summary")
      guard entry.qualifiedName.contains(where: { ".:".contains($0) }), entry.name != "__call" else { continue }
      if case .value = entry.form {} else { #expect(shows(entry.signature), "\(entry.qualifiedName): \(page)") }
      #expect(!entry.example.isEmpty && shows("Example"), "\(entry.qualifiedName): example")
      for option in entry.parameters + entry.options {
        #expect(
          !option.summary.isEmpty && shows("\(option.name): \(option.summary)"), "\(entry.qualifiedName) \(option.name)"
        )
        #expect(shows(option.kind.text), "\(entry.qualifiedName) \(option.name): type")
        if let unit = option.unit { #expect(shows("in \(unit)"), "\(entry.qualifiedName) \(option.name): unit") }
        if let standard = option.standard { #expect(shows("default \(standard.brief)")) }
      }
      if let source = entry.source { #expect(shows("Source: " + source), "\(entry.qualifiedName): source") }
      let longest = page.split(separator: "\n").map(\.count).max() ?? 0
      #expect(longest <= 100, "\(entry.qualifiedName): a line of \(longest)")
    }
  }

  @Test("R6: what entries call related is registered, and recipes are told by ??name") func R6_recipes() throws {
    let session = try CompletionTests.session()
    let names = Set(Self.entries.map(\.qualifiedName))
    var count = 0
    for entry in Self.entries {
      for name in entry.related { #expect(names.contains(name), "\(entry.qualifiedName) names \(name)") }
      guard let details = entry.details else { continue }
      count += 1
      let page = Self.asked(session, "??" + entry.qualifiedName)
      let line = String(details.split(separator: "\n")[0].prefix(60))
      #expect(page.contains("Recipe\n  " + line), "\(entry.qualifiedName)")
      #expect(details.split(separator: "\n").allSatisfy { $0.count <= 110 }, "\(entry.qualifiedName)")
      #expect(!Self.asked(session, "?" + entry.qualifiedName).contains("Recipe\n"))
    }
    #expect(count >= 25)
    #expect(Self.asked(session, "??filters.xdog").contains("Related\n  filters.gaussian: Blurs"))
    // Related entries that are not named are found.
    #expect(Self.asked(session, "??nn.Conv2d").contains("nn.conv2d: "))
  }

  @Test("R6: variables, functions of the script, tables") func R6_variables() throws {
    let session = try CompletionTests.session()
    #expect(Self.asked(session, "?img").hasPrefix("img: tensor 3×4×5 f32\n  holds 496 bytes"))
    #expect(Self.asked(session, "img?") == Self.asked(session, "?img"))
    #expect(Self.asked(session, "??img").contains("tensor"))
    #expect(Self.asked(session, "?img:sum").hasPrefix("tensor:sum("))
    #expect(Self.asked(session, "?word") == "word: string \"text\"\n")
    #expect(Self.asked(session, "?myfunction") == "myfunction: function, prompt[1]:13\n")
    #expect(Self.asked(session, "??myfunction").hasSuffix("\n  function myfunction(a) return a end\n"))
    #expect(Self.asked(session, "?deep").contains("\n  say: function, prompt[1]:3"))
    #expect(Self.asked(session, "?trap").contains("real: integer 1"))
    #expect(Self.asked(session, "?images").contains("images.load"))
    #expect(Self.asked(session, "?mylocal") == "mylocal: integer 7\n")
    #expect(Self.asked(session, "help(filters.xdog)").hasPrefix("filters.xdog(img, {sigma="))
  }

  @Test("R6: the source of a function is that of its own cell") func R6_sources() throws {
    let session = try CompletionTests.session()
    for cell in ["function twice(x)\n  return 2 * x\nend", "function thrice(x) -- not twice\n  return 3 * x\nend"] {
      _ = session.submit(cell)
    }
    #expect(Self.asked(session, "??twice").hasSuffix("  function twice(x)\n    return 2 * x\n  end\n"))
    #expect(Self.asked(session, "??thrice").hasSuffix("    return 3 * x\n  end\n"))
  }

  @Test("R6: unknown words") func R6_unknown() throws {
    let session = try CompletionTests.session()
    #expect(
      Self.asked(session, "?filters.kuwahar")
        == "there is no entry 'filters.kuwahar'; did you mean 'filters.kuwahara'? :apropos kuwahar searches everything")
    #expect(Self.asked(session, "?zzzzzzz").hasSuffix(":apropos zzzzzzz searches everything"))
    #expect(Self.asked(session, ":help nosuch").contains("there is no command ':nosuch'"))
    #expect(Self.asked(session, ":apropos qqqqqq").contains("nothing has to do with 'qqqqqq'"))
    #expect(Self.asked(session, ":apropos").contains("needs a word"))
  }

  @Test("R6: apropos ranks names before prose") func R6_apropos() throws {
    let session = try CompletionTests.session()
    let lines = Self.asked(session, ":apropos gaussian").split(separator: "\n")
    #expect(lines[0].hasSuffix("entries:") && lines[1].hasPrefix("  filters.gaussian  "))
    #expect(
      lines.contains { $0.hasPrefix("  filters.xdog ") } && lines.count == Int(lines[0].prefix { $0.isNumber })! + 1)
    #expect(lines.allSatisfy { $0.count <= 100 })
    // By an option's name, by a source, by a recipe's word, by a choice.
    #expect(Self.asked(session, ":apropos Winnemöller").contains("filters.xdog"))
    #expect(Self.asked(session, ":apropos anisotropic").contains("filters.kuwahara"))
    #expect(Self.asked(session, ":apropos eigenvectors").contains("filters.kuwahara"))
    #expect(Self.asked(session, ":apropos searches").contains(":apropos WORD"))
  }

  @Test("R6: help lists commands") func R6_help() throws {
    let session = try CompletionTests.session()
    let text = Self.asked(session, ":help")
    for part in [":time CODE", "Times.", ":apropos WORD", "??name", "!command"] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(Self.asked(session, ":help time") == ":time CODE\n  Times.\n  also :t\n")
    #expect(Self.asked(session, ":help :t") == ":time CODE\n  Times.\n  also :t\n")
    #expect(Self.asked(session, ":help filters.xdog").hasPrefix("filters.xdog(img"))
  }

  @Test("R6: tool-tips of a notebook") func R6_inspect() throws {
    let session = try CompletionTests.session()
    func tip(_ marked: String, detail: Int = 1) -> String? {
      let parts = marked.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
      return session.inspect(parts.joined(), at: parts[0].utf8.count, detail: detail)
    }
    for text in [
      "filters.ku|wahara(img)", "filters.kuwahara|", "filters.kuwahara(img, {|", "x = 1\nfilters.kuwahara(img, |",
    ] {
      #expect(tip(text)?.hasPrefix("filters.kuwahara(img") == true, "\(text)")
    }
    #expect(tip("img:res|hape(1)")?.hasPrefix("tensor:reshape(") == true)
    #expect(tip("img:relu():su|m()")?.hasPrefix("tensor:sum(") == true)
    #expect(tip("print(im|g)")?.hasPrefix("img: tensor 3×4×5 f32") == true)
    #expect(tip("filters.xdog|", detail: 2)?.contains("Recipe") == true)
    #expect(tip("1 + |2") == nil && tip("") == nil && tip("\"wor|d\"") == nil)
  }
}
