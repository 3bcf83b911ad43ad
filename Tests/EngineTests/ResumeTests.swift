import Engine
import LuaHost
import TestSupport
import Testing

/// A run that was interrupted, saved and loaded into new objects goes on as if nothing had happened: bit for bit.
@Suite(.serialized) @MainActor struct ResumeTests {
  /// Everything that a run consists of; arguments: the code that makes the optimiser, and a path.
  ///
  /// The network drops out, so the random stream counts too. All goes through one file.
  static let script = """
    local make, path = load("return " .. (...)), select(2, ...)
    local data, targets = tensor.noise({16, 4}, {seed = 1}), tensor.noise({16, 2}, {seed = 2})
    local function start(seed)
      atelier.seed(seed)
      local net = nn.Sequential{nn.Linear(4, 8), nn.Tanh(), nn.Dropout(0.3), nn.Linear(8, 2)}
      return {net = net, optimizer = make()(net), ema = optim.ema(net, {decay = 0.9, warmup = "ratio"})}
    end
    local function train(run, steps)
      for _ = 1, steps do
        run.optimizer:step(function()
          run.optimizer:zero_grad()
          local loss = nn.mse_loss(run.net(data), targets)
          loss:backward()
          return loss
        end)
        run.ema:update()
      end
    end
    local function compare(a, b, what)
      for name, value in pairs(a) do
        assert(value:eq(b[name]):all():item() == 1, what .. ": " .. name .. " differs")
      end
    end

    local whole = start(7)
    train(whole, 9)
    local stream = atelier.random_state()

    local first = start(7)
    train(first, 4)
    checkpoints.save({net = first.net:state_dict(), optimizer = first.optimizer:state_dict(), ema = first.ema:state_dict(),
      random = atelier.random_state()}, path)
    train(first, 2)  -- what happens after saving must not matter

    local second = start(1234)
    second.net:load_state_dict(checkpoints.load(path, {prefix = "net"}))
    second.optimizer:load_state_dict(checkpoints.load(path, {prefix = "optimizer"}))
    second.ema:load_state_dict(checkpoints.load(path, {prefix = "ema"}))
    atelier.random_state(checkpoints.load(path).random)
    train(second, 5)

    compare(whole.net:state_dict(), second.net:state_dict(), "network")
    compare(whole.optimizer:state_dict(), second.optimizer:state_dict(), "optimizer")
    compare(whole.ema:state_dict(), second.ema:state_dict(), "average")
    assert(stream:eq(atelier.random_state()):all():item() == 1, "the random stream")
    local moved = start(7).net:state_dict()["0.weight"]:eq(second.net:state_dict()["0.weight"]):all():item()
    assert(moved == 0, "the runs train")
    """

  nonisolated static let optimizers = [
    "function(net) return optim.sgd(net, {lr = 0.1, momentum = 0.9}) end",
    "function(net) return optim.adam(net, {lr = 0.01}) end",
    "function(net) return optim.adamw(net, {lr = 0.01, amsgrad = true}) end",
    "function(net) return optim.adam(net, {lr = optim.cosine_annealing_lr{lr = 0.05, t_max = 9, warmup = 2}}) end",
    "function(net) return optim.rmsprop(net, {lr = 0.01, momentum = 0.5, centered = true}) end",
    "function(net) return optim.adagrad(net, {lr = 0.1, lr_decay = 0.1}) end",
    "function(net) return optim.lbfgs(net, {max_iter = 3, history_size = 4}) end",
    "function(net) return optim.lbfgs(net, {max_iter = 3, line_search = 'strong_wolfe'}) end",
    "function(net) return optim.lbfgs(net, {lr = 0.1, max_iter = 2, variant = 'neural_style'}) end",
  ]

  @Test(arguments: optimizers) func goesOnBitForBit(_ optimizer: String) throws {
    let host = try LuaHost(functions: Catalogue.functions(), types: Catalogue.types())
    defer { host.close() }
    let scratch = try Scratch()
    switch host.run(Self.script, name: "=resume", arguments: [optimizer, scratch("run.safetensors")]) {
    case .done: break
    case let other: Issue.record("\(optimizer): \(other)")
    }
  }
}
