import LuaHost
import Surface
import Testing

/// What is released when, and what happens when there is no more memory.
@Suite(.serialized) @MainActor
struct MemoryTests {
  @Test func failingCallsLeakNothing() throws {
    let before = Blob.alive
    let lab = try Lab()
    lab.run(
      """
      local b = blob.make(1)
      for i = 1, 50000 do
        assert(not pcall(b.fail, b))
        assert(not pcall(blob.make, 'x', function() end))
        if i % 10 == 0 then assert(not pcall(b.each, b, function(i, same) error({same, blob.make(i)}) end)) end
      end
      """)
    lab.run("x = nil")
    lab.host.collectGarbage()
    lab.host.collectGarbage()
    #expect(Blob.alive == before)
    #expect(lab.host.luaBytes < 400_000, "references to functions and errors are given back")
  }

  @Test func temporariesAreCollectedByTheirNativeSize() throws {
    let before = Blob.alive
    let lab = try Lab()
    lab.run("for i = 1, 10000 do local t = blob.make(i, 1 << 20); peak = math.max(peak or 0, #t) end")
    #expect(Blob.alive - before < 200, "a MiB each: at most 200 MiB wait for the collector")
    lab.run("keep = {}; for i = 1, 500 do keep[i] = blob.make(i, 1 << 20) end; keep = nil")
    lab.host.collectGarbage()
    lab.host.collectGarbage()
    #expect(Blob.alive - before < 3)
    #expect(lab.host.nativeBytes < 3 << 20)
  }

  @Test func closingReleasesEverything() throws {
    let before = Blob.alive
    do {
      let lab = try Lab()
      lab.run("a = blob.many(100); b = {blob.make(1)}; setmetatable({}, {__gc = function() print(blob.make(3)) end})")
      lab.run("do local c <close> = blob.make(2); d = c end")
      #expect(lab.failure(of: "return d:value()").contains("closed"))
      // The finalizer above may print at any moment.
      #expect(lab.run("print(d)").contains("closed object"))
      lab.host.close()
    }
    #expect(Blob.alive == before)
    do {
      let lab = try Lab()
      lab.run("a = setmetatable({}, {__gc = function() blob.make(3) end}); b = blob.make(1)")
    }
    #expect(Blob.alive == before)
  }

  @Test func outOfMemoryIsALuaError() throws {
    let before = Blob.alive
    let lab = try Lab(memoryLimit: 16 << 20)
    let message = lab.failure(of: "local s = 'x'; while true do s = s .. s end")
    #expect(message == "not enough memory; a script may use 16 MiB beside the engine's objects")
    #expect(lab.failure(of: "local t = {}; while true do t[#t + 1] = {} end").contains("not enough memory"))
    #expect(lab.failure(of: "return blob.text(20 << 20)").contains("not enough memory"))
    #expect(lab.run("print(pcall(blob.text, 20 << 20))").contains("not enough memory"))
    // Objects of a result that cannot be pushed are released.
    lab.run(
      "local t = {}; pcall(function() while true do t[#t + 1] = ('x'):rep(1000) .. #t end end); pcall(blob.many, 1000000)"
    )
    lab.host.collectGarbage()
    lab.host.collectGarbage()
    #expect(Blob.alive == before)
    #expect(lab.run("print(1 + 1)") == "2")
  }

  @Test func finalizersDuringAResultDoNotDisturbIt() throws {
    let lab = try Lab()
    lab.run(
      """
      local function litter() setmetatable({}, {__gc = function() blob.echo('other', {1, 2, 3}, blob.make(7)) end}) end
      collectgarbage('setpause', 1); collectgarbage('setstepmul', 10000)
      for i = 1, 2000 do
        litter()
        local t = blob.echo{i, 'text' .. i, {i}, name = 'n' .. i}
        assert(t[1] == i and t[2] == 'text' .. i and t[3][1] == i and t.name == 'n' .. i)
        local l = blob.many(20)
        assert(#l == 20 and l[20]:value() == 1)
      end
      """)
  }

  @Test func callbacksOutliveTheirCall() throws {
    let lab = try Lab()
    lab.run("blob.make(1):keep(function(x) return x * 2, 'second' end)")
    lab.host.collectGarbage()
    let results = try BlobEntries.kept!.call([.integer(21)])
    #expect(results.count == 2 && results[0].exactInteger == 42)
    lab.host.close()
    #expect(throws: EngineError.self) { try BlobEntries.kept!.call([]) }
    BlobEntries.kept = nil
  }
}
