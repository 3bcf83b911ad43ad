-- Moving averages, clipped gradients and schedules as a script uses them.
-- proves: ema:update, ema:copy_to, ema:restore, ema:state_dict, ema:load_state_dict, optim.clip_grad_value_
local x = tensor{2}:requires_grad_()
local e = optim.ema({x}, {decay = 0.75})
local function set(value) tensor.no_grad(function() x:fill_(value) end) end
e:update()
set(6)
e:update() -- 0.75 · 2 + 0.25 · 6
near(e:state_dict()["average.1"], tensor{3})
e:copy_to()
assert(x:item() == 3)
fails("call e:restore() first", e.update, e)
e:restore()
assert(x:item() == 6)
fails("e:copy_to() comes first", e.restore, e)
local f = optim.ema({x}, {decay = 0.75})
f:load_state_dict(e:state_dict())
set(7)
f:update()
near(f:state_dict()["average.1"], tensor{4})
assert(f:state_dict().n_averaged:item() == 3 and e:state_dict().n_averaged:item() == 2)
fails("'average.1' must be a tensor", f.load_state_dict, f, {["average.1"] = 3})

local y = tensor{1, -8, 0.25}:requires_grad_()
y:pow(2):sum():backward()
optim.clip_grad_value_({y}, 3)
near(y:grad(), tensor{2, -3, 0.5})
local total = optim.clip_grad_norm_({y}, 1, {norm_type = math.huge})
assert(total:item() == 3)
near(y:grad(), tensor{2, -3, 0.5} / 3, 1e-6)

local rates = {}
local o = optim.sgd({y}, {lr = optim.linear_lr{lr = 1, start_factor = 1, end_factor = 0, total_iters = 2, warmup = 2}})
for step = 1, 5 do
  rates[step] = o:lr()
  o:step()
end
near(tensor(rates), tensor{0, 0.5, 1, 0.5, 0})
fails("needs the option 'lr'", optim.step_lr, {step_size = 3})
fails("expected a step, an integer from 1", function() return optim.constant_lr{lr = 1}("first") end)
