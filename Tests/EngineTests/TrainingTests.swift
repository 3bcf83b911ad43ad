import Engine
import LuaHost
import TestSupport
import Testing

/// Training written in Lua follows PyTorch (Scripts/golden/train_coordinates.py): the same seed gives the same initial
/// weights, and Adam the same losses.
@Suite(.serialized) @MainActor struct TrainingTests {
  /// Fits a picture of 16 × 16 from coordinates and compares every loss; arguments: the golden file.
  static let script = """
    local golden = checkpoints.load(...)
    local facts = checkpoints.inspect(...).metadata
    atelier.seed(tonumber(facts.seed))
    local net = nn.Sequential{
      nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 3), nn.Sigmoid()}
    for name, weight in pairs(net:state_dict()) do
      assert(weight:eq(golden[name]):all():item() == 1, name .. " starts as PyTorch's")
    end
    local adam = optim.adam(net:parameters(), {lr = tonumber(facts.lr)})
    local worst = 0
    for step = 1, tonumber(facts.steps) do
      adam:zero_grad()
      local loss = nn.mse_loss(net(golden.inputs), golden.targets)
      worst = math.max(worst, math.abs(loss:item() - golden.losses[step]:item()))
      loss:backward()
      adam:step()
    end
    assert(golden.losses[200]:item() < 0.1 * golden.losses[1]:item(), "the golden run learns")
    assert(worst < 1e-4, "largest distance of the loss curves: " .. worst)
    """

  @Test func lossCurveIsPyTorchs() throws {
    let host = try LuaHost(functions: Catalogue.functions(), types: Catalogue.types())
    defer { host.close() }
    let path = Fixtures.golden("train_coordinates.safetensors")
    switch host.run(Self.script, name: "=training", arguments: [path]) {
    case .done: break
    case let other: Issue.record("\(other)")
    }
  }
}
