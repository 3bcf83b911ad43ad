-- Recomputation: the results and gradients of a plain call, for functions and layers, with the same random draws.
-- proves: nn.recompute
-- checks gradients: nn.recompute
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
  near(z, y)
  for i, gradient in ipairs(plain) do near(again[i], gradient) end
end
net:eval()
differentiates(function(t) return nn.recompute(net, t) end, tensor.randn(5, 6):to("f64"))
local a, b = nn.recompute(function(t) return t * 2, t:sum() end, x)
assert(a:size(1) == 5 and b:dim() == 0)
fails("expected tensors from the function, got 3", nn.recompute, function() return 3 end, x)
fails("must be a function or a layer", nn.recompute, 3, x)
fails("stop here", nn.recompute, function() error("stop here") end, x)
-- Inside no_grad it is a plain call.
assert(not tensor.no_grad(function() return nn.recompute(net, x) end):requires_grad())
