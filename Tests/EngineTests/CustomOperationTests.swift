import Engine
import LuaHost
import TestSupport
import Testing

/// `tensor.custom`: operations whose forward and backward are Lua functions.
@Suite(.serialized) @MainActor struct CustomOperationTests {
  /// A script with the name that a failing test shows.
  nonisolated struct Script: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let text: String

    init(_ name: String, _ text: String) { (testDescription, self.text) = (name, text) }
  }

  nonisolated static let scripts = [
    Script(
      "value and gradient",
      """
      local cube = tensor.custom{
        forward = function(x) return x * x * x end, backward = function(g, y, x) return g * x * x * 3 end}
      local x = tensor{1, -2, 0.5}:requires_grad_()
      local y = cube(x)
      same(y, tensor{1, -8, 0.125})
      y:backward(tensor{1, 10, 100})
      same(x:grad(), tensor{3, 120, 75})
      assert(not cube(tensor{1}):requires_grad())
      """),
    Script(
      "inside a longer computation, with the result given to backward",
      """
      local exp = tensor.custom{forward = function(x) return x:exp() end, backward = function(g, y) return g * y end}
      local x = tensor{0.5, -1}:requires_grad_()
      local ours = tensor.grad((exp(x * 2) * 3):sum(), {x})[1]
      same(ours, tensor.grad(((x * 2):exp() * 3):sum(), {x})[1])
      """),
    Script(
      "a custom gradient that is not the derivative",
      """
      local through = tensor.custom{forward = function(x) return x:round() end, backward = function(g) return g end}
      local x = tensor{0.4, 1.7}:requires_grad_()
      local y = through(x)
      same(y, tensor{0, 2})
      same(tensor.grad((y * tensor{2, 5}):sum(), {x})[1], tensor{2, 5})
      """),
    Script(
      "second derivatives, through what backward computes from input and result",
      """
      local cube = tensor.custom{
        forward = function(x) return x * x * x end, backward = function(g, y, x) return g * x * x * 3 end}
      local exp = tensor.custom{forward = function(x) return x:exp() end, backward = function(g, y) return g * y end}
      local x = tensor{1, -2, 0.5}:requires_grad_()
      local first = tensor.grad(cube(x):sum(), {x}, {create_graph = true})[1]
      same(first, tensor{3, 12, 0.75})
      same(tensor.grad(first:sum(), {x})[1], tensor{6, -12, 3})
      local slope = tensor.grad(exp(x):sum(), {x}, {create_graph = true})[1]
      same(tensor.grad(slope:sum(), {x})[1], x:detach():exp())
      """),
    Script(
      "two inputs",
      """
      local op = tensor.custom{
        forward = function(a, b) return a * a * b end,
        backward = function(g, y, a, b) return g * a * b * 2, g * a * a end}
      local a, b = tensor{1, 2}:requires_grad_(), tensor{3, 5}:requires_grad_()
      local y = op(a, b)
      same(y, tensor{3, 20})
      y:sum():backward()
      same(a:grad(), tensor{6, 20})
      same(b:grad(), tensor{1, 4})
      local da = tensor.grad(op(a, b):sum(), {a}, {create_graph = true})[1]
      same(tensor.grad(da:sum(), {b})[1], tensor{2, 4})
      """),
    Script(
      "nil and missing gradients",
      """
      local op = tensor.custom{
        forward = function(a, b, c) return a + b + c end, backward = function(g) return nil, g * 7 end}
      local a, b, c = tensor{1}:requires_grad_(), tensor{2}:requires_grad_(), tensor{3}:requires_grad_()
      op(a, b, c):sum():backward()
      assert(a:grad() == nil and c:grad() == nil)
      same(b:grad(), tensor{7})
      """),
    Script(
      "mistakes are errors of the script",
      """
      local function fails(forward, backward, text)
        local x = tensor{1, 2, 3}:requires_grad_()
        local ok, why = pcall(function()
          tensor.custom{forward = forward, backward = backward}(x):sum():backward()
        end)
        assert(not ok and tostring(why):find(text, 1, true), tostring(why))
      end
      local function same(x) return x end
      fails(function() return 1 end, same, "expected one tensor from forward")
      fails(function() end, same, "expected one tensor from forward")
      fails(same, function() return 5 end, "expected a gradient of")
      fails(same, function() return tensor.ones(2) end, "expected a gradient of")
      fails(same, function() error("stop here") end, "stop here")
      """),
  ]

  static let same = """
    function same(a, b)
      assert(tostring(a:detach()) == tostring(b:detach()), tostring(a) .. " instead of " .. tostring(b))
      assert(a:eq(b):all():item() == 1, "differs in the last digits")
    end

    """

  @Test(.proves("tensor.custom"), arguments: scripts) func holds(_ script: Script) throws {
    let host = try LuaHost(functions: Catalogue.functions(), types: Catalogue.types())
    defer { host.close() }
    switch host.run(Self.same + script.text, name: "=custom") {
    case .done: break
    case let other: Issue.record("\(other)")
    }
  }
}
