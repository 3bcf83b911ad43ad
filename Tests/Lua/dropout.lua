-- Dropout is a random mask of 0 and 1 / (1 - p), and the mask is its gradient.
-- proves: nn.dropout, nn.Dropout
-- checks gradients: nn.dropout, nn.Dropout
local x = tensor.rand(40, 25):to("f64") + 1
for _, drop in ipairs{function(t) return nn.dropout(t, {p = 0.3}) end, nn.Dropout(0.3)} do
  atelier.seed(11)
  local leaf = x:clone():requires_grad_()
  local y = drop(leaf)
  local mask = y:detach() / x
  -- Every element is dropped or enlarged by 1 / 0.7, about three in ten are dropped, and the gradient is the mask.
  near(mask * (mask - 1 / 0.7), tensor.zeros(40, 25), 1e-12)
  assert(math.abs(mask:eq(0):to("f32"):mean():item() - 0.3) < 0.05)
  y:sum():backward()
  near(leaf:grad(), mask, 1e-12)
end
near(nn.dropout(x, {training = false}), x)
near(nn.Dropout(0.9):eval()(x), x)
