import Engine
import LuaHost
import TestSupport
import Testing

/// Networks written in Lua: gradients of gradients, recomputation, hooks, losses with fixed options.
@Suite(.serialized) @MainActor struct NetworkTests {
  /// A script with the name that a failing test shows.
  nonisolated struct Script: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let text: String

    init(_ name: String, _ text: String) { (testDescription, self.text) = (name, text) }
  }

  nonisolated static let scripts = [
    Script(
      "a gradient penalty equals PyTorch's",
      """
      local golden, name = checkpoints.load(...), "instance"
      local net = nn.Sequential{
        nn.Conv2d(3, 8, 4, {stride = 2, padding = 1}), nn.LeakyReLU(0.2),
        nn.Conv2d(8, 16, 4, {stride = 2, padding = 1}), nn.InstanceNorm2d(16, {affine = true}), nn.LeakyReLU(0.2),
        nn.Flatten(), nn.Linear(64, 1)}
      local state = {}
      for key in pairs(net:state_dict()) do state[key] = golden[name .. "/state/" .. key] end
      net:load_state_dict(state)
      local real, fake, mix = golden[name .. "/real"], golden[name .. "/fake"], golden[name .. "/mix"]
      local between = (mix * real + (1 - mix) * fake):requires_grad_()
      local slope = tensor.grad(net(between):sum(), {between}, {create_graph = true})[1]
      local penalty = ((slope:flatten(2):norm(2) - 1) ^ 2):mean() * 10
      assert(penalty:allclose(golden[name .. "/penalty"]:reshape{}, {rtol = 1e-4}))
      local loss = net(fake):mean() - net(real):mean() + penalty
      loss:backward()
      for key, parameter in pairs(net:named_parameters()) do
        assert(parameter:grad():allclose(golden[name .. "/loss/" .. key], {rtol = 1e-3, atol = 1e-4}), key)
      end
      """),
    Script(
      "recomputation: functions, layers, further arguments, dropout, errors",
      """
      atelier.seed(3)
      local net = nn.Sequential{nn.Linear(6, 32), nn.Dropout(0.4), nn.Tanh(), nn.Linear(32, 2)}
      local x = tensor.randn(5, 6):requires_grad_()
      local function gradients(run)
        atelier.seed(11)
        local all = net:parameters()
        all[#all + 1] = x
        local y = run()
        return tensor.grad((y * y):sum(), all), y
      end
      local plain, y = gradients(function() return net(x) end)
      for _, run in ipairs{
        function() return nn.recompute(net, x) end,
        function() return nn.recompute(function(t, times, o) return net(t) * times * o.half end, x, 2, {half = 0.5}) end,
      } do
        local again, z = gradients(run)
        assert(z:eq(y):all():item() == 1)
        for i, gradient in ipairs(plain) do assert(again[i]:eq(gradient):all():item() == 1, i) end
      end
      local a, b = nn.recompute(function(t) return t * 2, t:sum() end, x)
      assert(a:size(1) == 5 and b:dim() == 0)
      local ok, why = pcall(nn.recompute, function() return 3 end, x)
      assert(not ok and tostring(why):find("expected tensors from the function, got 3", 1, true), tostring(why))
      ok, why = pcall(nn.recompute, 3, x)
      assert(not ok and tostring(why):find("must be a function or a layer", 1, true), tostring(why))
      ok, why = pcall(nn.recompute, function() error("stop here") end, x)
      assert(not ok and tostring(why):find("stop here", 1, true), tostring(why))
      """),
    Script(
      "hooks see, replace and go; they reach their own layer without holding it",
      """
      local net = nn.Sequential{nn.Linear(2, 3), nn.Tanh()}
      local kinds = {}
      net:on_forward("0", function(layer, x, y) kinds[#kinds + 1] = tostring(layer) end)
      net:on_forward("1", function(layer, x, y) return y * 0 + 7 end)
      assert(net(tensor.rand(1, 2)):sum():item() == 21 and kinds[1]:find("^Linear"))
      net:on_forward("1")
      assert(net(tensor.rand(1, 2)):sum():item() ~= 21 and #kinds == 2)
      """),
    Script(
      "losses with fixed options",
      """
      local x, t = tensor{{1, 2, 0}, {0, 1, 3}}, tensor{2, 1}
      local loss = nn.CrossEntropyLoss{label_smoothing = 0.1, weight = tensor{1, 2, 3}}
      local plain = nn.cross_entropy(x, t, {label_smoothing = 0.1, weight = tensor{1, 2, 3}})
      assert(loss(x, t):item() == plain:item())
      assert(nn.MSELoss()(tensor{1, 3}, tensor{1, 1}):item() == 2)
      -- a class that does not count, and probabilities
      assert(nn.cross_entropy(x, tensor{2, -100}, {ignore_index = -100}):item() == nn.cross_entropy(x[{ {1, 1} }], tensor{2}):item())
      local p = tensor{{0, 1, 0}, {1, 0, 0}}
      assert(nn.cross_entropy(x, p):allclose(nn.cross_entropy(x, t)))
      assert(nn.cross_entropy(x[1], tensor{2}):allclose(nn.cross_entropy(x[{ {1, 1} }], tensor{2})))
      local ok, why = pcall(loss, x)
      assert(not ok and tostring(why):find("expected input and target", 1, true), tostring(why))
      ok, why = pcall(nn.CrossEntropyLoss, {smoothing = 1})
      assert(not ok and tostring(why):find("label_smoothing", 1, true), tostring(why))
      """),
    Script(
      "attention sees what its mask allows",
      """
      local q, k, v = tensor.randn(1, 2, 4, 8), tensor.randn(1, 2, 4, 8), tensor.randn(1, 2, 4, 8)
      local row = tensor.arange(1, 5, 1)
      local lower = row:unsqueeze(2):ge(row)
      assert(nn.attention(q, k, v, {is_causal = true}):allclose(nn.attention(q, k, v, {mask = lower}), {atol = 1e-6}))
      local none = nn.attention(q, k, v, {mask = row:lt(0)})
      assert(none:abs():sum():item() == 0)
      """),
    Script(
      "shapes too large for memory, and places that are no numbers",
      """
      local far = tensor.zeros(1, 1):expand(2^40, 1)
      local ok, why = pcall(nn.attention, far, far, far)
      assert(not ok and tostring(why):find("attention: needs", 1, true), tostring(why))
      local x = tensor.rand(1, 1, 3, 3)
      for _, mode in ipairs{"bilinear", "nearest", "bicubic"} do
        for _, padding in ipairs{"zeros", "border", "reflection"} do
          for _, bad in ipairs{0/0, 1/0, -1/0, 1e30} do
            nn.grid_sample(x, tensor.full({1, 1, 1, 2}, bad), {mode = mode, padding_mode = padding})
          end
        end
      end
      for _, call in ipairs{
        function() return nn.unfold(x, 2^24) end, function() return nn.unfold(x, 1, {padding = 2^24}) end,
        function() return nn.pixel_shuffle(x, 2^40) end, function() return nn.fold(x[1], 2^24, 1) end,
        function() return nn.conv2d(x, tensor.zeros(1, 1, 1, 1):expand(1, 1, 2^40, 1), {padding = "same"}) end,
        function() return nn.conv_transpose2d(x, tensor.zeros(1, 1, 2, 2), {stride = 2^24, padding = "same"}) end,
      } do
        ok, why = pcall(call)
        assert(not ok, "accepted")
      end
      """),
  ]

  @Test(arguments: scripts) func holds(_ script: Script) throws {
    let host = try LuaHost(functions: Catalogue.functions(), types: Catalogue.types())
    defer { host.close() }
    let path = Fixtures.golden("gradient_penalty.safetensors")
    switch host.run(script.text, name: "=network", arguments: [path]) {
    case .done: break
    case let other: Issue.record("\(other)")
    }
  }
}
