import Engine
import LuaHost
import TestSupport
import Testing

/// Gradients of gradients in a script, beside PyTorch (Scripts/golden/gradient_penalty.py).
@Suite(.serialized) @MainActor struct NetworkTests {
  /// The critic's loss with its penalty (Gulrajani et al. 2017); argument: the golden file.
  static let script = """
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
    assert(penalty:allclose(golden[name .. "/penalty"], {rtol = 1e-4}), "penalty")
    local loss = net(fake):mean() - net(real):mean() + penalty
    assert(loss:allclose(golden[name .. "/loss"], {rtol = 1e-4}), "loss")
    loss:backward()
    for key, parameter in pairs(net:named_parameters()) do
      assert(parameter:grad():allclose(golden[name .. "/loss/" .. key], {rtol = 1e-3, atol = 1e-3}), key)
    end
    """

  @Test func gradientPenaltyIsPyTorchs() throws {
    let host = try LuaHost(functions: Catalogue.functions(), types: Catalogue.types())
    defer { host.close() }
    let path = Fixtures.golden("gradient_penalty.safetensors")
    switch host.run(Self.script, name: "=penalty", arguments: [path]) {
    case .done: break
    case let other: Issue.record("\(other)")
    }
  }
}
