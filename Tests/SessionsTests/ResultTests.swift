import Engine
import LuaHost
import Sessions
import Testing

/// Row R7: results are kept, and bounded by bytes.
@Suite(.serialized) @MainActor
struct ResultTests {
  @Test func R7_resultsHaveNames() throws {
    let talk = try Conversation()
    talk.say("1 + 1")
    #expect(talk.say("_ * 10") == "20")
    #expect(talk.say("_, __") == "20\n2")
    #expect(talk.say("Out[1], Out[2]") == "2\n20")
    #expect(talk.say("x = 5") == "" && talk.say("_") == "2", "an assignment and nil are no results")
    #expect(talk.say("nil") == "nil" && talk.say("_") == "2")
  }

  @Test func R7_aSemicolonHides() throws {
    let talk = try Conversation()
    for cell in ["7;", "7 ; -- seven", "x = 1\n7;"] { #expect(talk.say(cell) == "", "\(cell)") }
    #expect(talk.say("_") == "7")
    #expect(talk.say("';'") == ";")
  }

  @Test func R7_memoryStaysUnderTheLimit() throws {
    let talk = try Conversation()
    talk.session.resultLimit = 10 << 20
    let before = Runtime.memory.live
    for _ in 0..<100 {
      talk.say("tensor.zeros(3, 256, 512)")  // 1.5 MB each
      talk.session.host.collectGarbage()
      #expect(Runtime.memory.live - before < 14 << 20)
    }
    #expect(talk.say("Out[100]:size(3), Out[1]") == "512\nnil")
    // Out alone holds tables and strings by what they keep alive, too.
    for _ in 0..<20 { talk.say("{tensor.zeros(1 << 20), name = ('x'):rep(1 << 20)}") }
    talk.say("1"); talk.say("2")
    talk.session.host.collectGarbage()
    #expect(Runtime.memory.live - before < 14 << 20)
  }

  @Test func everyValueIsShownWithItsView() throws {
    let host = try LuaHost(functions: Catalogue.functions(), types: Catalogue.types())
    let session = Session(host) { object, _ in View("view of \(type(of: object).scriptType.name)") }
    let outcome = session.submit("x = 1\ntensor{1}, 2, nn.ReLU()")
    #expect(outcome.views.map { $0?.text } == ["view of tensor", nil, "view of layer"])
    guard case .done(let values) = outcome.ending else {
      Issue.record("\(outcome.ending)")
      return
    }
    #expect(values.count == 3 && values[1] == "2")
  }
}
