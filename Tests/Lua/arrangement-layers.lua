-- Layers that move, limit or pool elements are functions.
-- proves: nn.ZeroPad2d, nn.ConstantPad2d, nn.ReflectionPad2d, nn.ReplicationPad2d, nn.CircularPad2d
-- proves: nn.PixelShuffle, nn.PixelUnshuffle, nn.Unfold, nn.Fold, nn.AdaptiveMaxPool2d
-- proves: nn.ReLU6, nn.Hardtanh, nn.Hardsigmoid, nn.LogSigmoid, nn.Softsign
-- checks gradients: nn.ZeroPad2d, nn.ConstantPad2d, nn.ReflectionPad2d, nn.ReplicationPad2d, nn.CircularPad2d
-- checks gradients: nn.PixelShuffle, nn.PixelUnshuffle, nn.Unfold, nn.Fold, nn.AdaptiveMaxPool2d
-- checks gradients: nn.ReLU6, nn.Hardtanh, nn.Hardsigmoid, nn.LogSigmoid, nn.Softsign
local function holds(layer, f, ...)
  local x = tensor.randn(...):to("f64")
  near(layer(x), f(x), 1e-12)
  differentiates(function(t) return layer(t) end, x)
end
for name, mode in pairs{ZeroPad2d = "zeros", ReflectionPad2d = "reflect", ReplicationPad2d = "replicate",
  CircularPad2d = "circular"} do
  local layer = nn[name]
  holds(layer{1, 2, 3, 0}, function(x) return nn.pad(x, {1, 2, 3, 0}, {mode = mode}) end, 2, 3, 4, 5)
  holds(layer(2), function(x) return nn.pad(x, {2, 2, 2, 2}, {mode = mode}) end, 3, 4, 5)
end
holds(nn.ConstantPad2d({1, -1, 0, 2}, 3.5), function(x) return nn.pad(x, {1, -1, 0, 2}, {value = 3.5}) end, 2, 3, 4, 5)
holds(nn.PixelShuffle(2), function(x) return nn.pixel_shuffle(x, 2) end, 2, 8, 3, 2)
holds(nn.PixelUnshuffle(3), function(x) return nn.pixel_unshuffle(x, 3) end, 1, 2, 6, 3)
local o = {stride = 2, padding = 1, dilation = {1, 2}}
holds(nn.Unfold({3, 2}, o), function(x) return nn.unfold(x, {3, 2}, o) end, 2, 3, 5, 6)
holds(nn.Fold({4, 5}, 2), function(x) return nn.fold(x, {4, 5}, {kernel_size = 2}) end, 2, 12, 12)
holds(nn.AdaptiveMaxPool2d{2, 3}, function(x) return nn.adaptive_max_pool2d(x, {2, 3}) end, 2, 3, 5, 7)
holds(nn.ReLU6(), function(x) return x:clamp(0, 6) end, 3, 4)
holds(nn.Hardtanh(-0.5, 0.75), function(x) return x:clamp(-0.5, 0.75) end, 3, 4)
holds(nn.Hardsigmoid(), function(x) return (x + 3):clamp(0, 6) / 6 end, 3, 4)
holds(nn.LogSigmoid(), function(x) return x:sigmoid():log() end, 3, 4)
holds(nn.Softsign(), function(x) return x / (x:abs() + 1) end, 3, 4)
