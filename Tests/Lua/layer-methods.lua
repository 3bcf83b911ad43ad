-- What a layer's methods do to its parameters, modes and hooks.
-- proves: layer:parameters, layer:named_parameters, layer:state_dict, layer:load_state_dict, layer:count, layer:train
-- proves: layer:eval, layer:zero_grad, layer:requires_grad_, layer:on_forward
local net = nn.Sequential{nn.Linear(2, 3), nn.BatchNorm2d(4), nn.Dropout(1)}
assert(net:count() == 2 * 3 + 3 + 4 + 4 and #net:parameters() == 4)
local names = {}
for name, value in pairs(net:named_parameters()) do
  names[#names + 1] = name .. "=" .. value:numel()
end
table.sort(names)
assert(table.concat(names, " ") == "0.bias=3 0.weight=6 1.bias=4 1.weight=4")
local state = net:state_dict()
assert(state["1.running_var"]:sum():item() == 4 and state["1.num_batches_tracked"]:dtype() == "i64")
-- Loading changes values, not objects.
local other = nn.Sequential{nn.Linear(2, 3), nn.BatchNorm2d(4), nn.Dropout(1)}
local held = other:parameters()[1]
other:load_state_dict(state)
near(held, net:parameters()[1])
fails("missing", function() nn.Linear(2, 3):load_state_dict{weight = tensor.zeros(3, 2)} end)
-- Modes.
local x = tensor.ones(2, 2)
assert(net[3](x):sum():item() == 0 and net:eval()[3](x):sum():item() == 4 and net:train()[3](x):sum():item() == 0)
-- Gradients come, go, and stay away from what is frozen.
local linear = nn.Linear(2, 3)
linear(x):sum():backward()
near(linear:named_parameters().weight:grad(), tensor.full({3, 2}, 2))
linear:zero_grad()
assert(linear:parameters()[1]:grad() == nil)
linear:requires_grad_(false)
assert(not linear(x):requires_grad() and linear:requires_grad_()(x):requires_grad())
-- Hooks see and replace results.
local seen
net:eval():on_forward("0", function(layer, input, output)
  seen = input
  return output * 0
end)
assert(net[1](x):sum():item() == 0 and seen:sum():item() == 4)
net:on_forward("0")
assert(net[1](x):abs():sum():item() > 0)
