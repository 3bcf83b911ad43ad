-- A layer with parameters is its function over them.
-- proves: nn.Conv2d, nn.ConvTranspose2d, nn.Linear, nn.GroupNorm, nn.InstanceNorm2d, nn.BatchNorm2d, nn.LayerNorm
-- proves: layer call
-- checks gradients: nn.Conv2d, nn.ConvTranspose2d, nn.Linear, nn.GroupNorm, nn.InstanceNorm2d, nn.BatchNorm2d
-- checks gradients: nn.LayerNorm, layer call
local function holds(layer, f, ...)
  local p = layer:named_parameters()
  local x = tensor.randn(...):to("f64")
  near(layer(x), f(x, p), 1e-12)
  differentiates(function(t) return layer(t) end, x)
end
holds(nn.Conv2d(4, 6, {3, 2}, {stride = 2, padding = 1, groups = 2}),
  function(x, p) return nn.conv2d(x, p.weight, {bias = p.bias, stride = 2, padding = 1, groups = 2}) end, 2, 4, 7, 6)
holds(nn.Conv2d(3, 2, 3, {padding = 2, dilation = 2, bias = false, padding_mode = "reflect"}),
  function(x, p) return nn.conv2d(x, p.weight, {padding = 2, dilation = 2, padding_mode = "reflect"}) end, 3, 6, 5)
holds(nn.ConvTranspose2d(3, 4, 3, {stride = 2, padding = 1, output_padding = 1}), function(x, p)
  return nn.conv_transpose2d(x, p.weight, {bias = p.bias, stride = 2, padding = 1, output_padding = 1})
end, 2, 3, 4, 3)
holds(nn.Linear(5, 3), function(x, p) return nn.linear(x, p.weight, p.bias) end, 4, 5)
holds(nn.Linear(5, 3, {bias = false}), function(x, p) return x:matmul(p.weight:t():to("f64")) end, 4, 5)
local affine = {eps = 1e-3}
holds(nn.GroupNorm(2, 6, affine), function(x, p)
  return nn.group_norm(x, 2, {weight = p.weight, bias = p.bias, eps = 1e-3}) end, 2, 6, 3, 4)
holds(nn.InstanceNorm2d(3, {affine = true}), function(x, p)
  return nn.instance_norm(x, {weight = p.weight, bias = p.bias}) end, 2, 3, 4, 5)
holds(nn.LayerNorm({3, 4}, affine), function(x, p)
  return nn.layer_norm(x, {3, 4}, {weight = p.weight, bias = p.bias, eps = 1e-3}) end, 2, 3, 4)
holds(nn.BatchNorm2d(3), function(x, p)
  return nn.batch_norm(x, {training = true, weight = p.weight, bias = p.bias}) end, 4, 3, 2, 3)
local still = nn.BatchNorm2d(3):eval()
holds(still, function(x, p)
  local state = still:state_dict()
  return nn.batch_norm(x, {running_mean = state.running_mean, running_var = state.running_var})
end, 4, 3, 2, 3)
