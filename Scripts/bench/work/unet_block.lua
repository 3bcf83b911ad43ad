-- A block of Stable Diffusion 1.5's U-Net at 64 × 64, batch 2, 320 channels: unet_block.lua resblock|transformer.
local measure = require "measure"
local x = tensor.randn(2, 320, 64, 64)
local net, condition
if arg[1] == "resblock" then
  net, condition = models.unet_resblock{channels = 320, seed = 1}, tensor.randn(2, 1280)
else
  net, condition = models.unet_transformer{channels = 320, seed = 1}, tensor.randn(2, 77, 768)
end
measure(function()
  return tensor.no_grad(function() return net(x, condition) end)
end)
