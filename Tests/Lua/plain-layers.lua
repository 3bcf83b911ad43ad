-- Layers without parameters are functions.
-- proves: nn.ReLU, nn.SiLU, nn.Sigmoid, nn.Tanh, nn.Hardswish, nn.Mish, nn.Identity, nn.LeakyReLU, nn.ELU, nn.Softplus
-- proves: nn.GELU, nn.Softmax, nn.LogSoftmax, nn.Flatten, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.Upsample
-- proves: nn.Sequential, layer #, layer index
-- checks gradients: nn.ReLU, nn.SiLU, nn.Sigmoid, nn.Tanh, nn.Hardswish, nn.Mish, nn.Identity, nn.LeakyReLU, nn.ELU
-- checks gradients: nn.Softplus, nn.GELU, nn.Softmax, nn.LogSoftmax, nn.Flatten, nn.MaxPool2d, nn.AvgPool2d
-- checks gradients: nn.AdaptiveAvgPool2d, nn.Upsample, nn.Sequential
local function holds(layer, f, ...)
  local x = tensor.randn(...):to("f64")
  near(layer(x), f(x), 1e-12)
  differentiates(function(t) return layer(t) end, x)
end
for layer, f in pairs{
  [nn.ReLU()] = function(x) return x:relu() end, [nn.SiLU()] = function(x) return x:silu() end,
  [nn.Sigmoid()] = function(x) return x:sigmoid() end, [nn.Tanh()] = function(x) return x:tanh() end,
  [nn.Hardswish()] = function(x) return x:hardswish() end, [nn.Mish()] = function(x) return x:mish() end,
  [nn.Identity()] = function(x) return x end,
  [nn.LeakyReLU(0.2)] = function(x) return x:leaky_relu(0.2) end,
  [nn.ELU{alpha = 0.7}] = function(x) return x:elu(0.7) end,
  [nn.Softplus{beta = 2, threshold = 3}] = function(x) return x:softplus{beta = 2, threshold = 3} end,
  [nn.GELU()] = function(x) return x:gelu() end,
  [nn.GELU{approximate = "tanh"}] = function(x) return x:gelu{approximate = "tanh"} end,
  [nn.Softmax(2)] = function(x) return x:softmax(2) end, [nn.LogSoftmax(1)] = function(x) return x:log_softmax(1) end,
  [nn.Flatten()] = function(x) return x:flatten(2) end,
} do holds(layer, f, 3, 4, 5) end
holds(nn.MaxPool2d({2, 3}, {ceil_mode = true}), function(x)
  return nn.max_pool2d(x, {kernel_size = {2, 3}, ceil_mode = true}) end, 2, 3, 5, 7)
holds(nn.AvgPool2d(3, {stride = 1, padding = 1, count_include_pad = false}), function(x)
  return nn.avg_pool2d(x, {kernel_size = 3, stride = 1, padding = 1, count_include_pad = false}) end, 2, 3, 5, 4)
holds(nn.AdaptiveAvgPool2d{2, 3}, function(x) return nn.adaptive_avg_pool2d(x, {2, 3}) end, 2, 3, 5, 7)
holds(nn.Upsample{scale_factor = {2, 1.5}, mode = "bilinear"}, function(x)
  return nn.interpolate(x, {scale_factor = {2, 1.5}, mode = "bilinear"}) end, 1, 2, 3, 4)
local parts = {nn.Conv2d(3, 4, 3), nn.SiLU(), function(x) return x * 2 end, nn.MaxPool2d(2)}
local net = nn.Sequential(parts)
holds(net, function(x) return parts[4](parts[2](parts[1](x)) * 2) end, 2, 3, 6, 6)
assert(#net == 4 and tostring(net[1]) == tostring(parts[1]) and tostring(net[-1]) == tostring(parts[4]))
fails("no part 5", function() return net[5] end)
