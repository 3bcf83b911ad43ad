-- A 3 × 3 convolution or one of its gradients: conv.lua CHANNELS SIZE forward|input|weight.
local measure = require "measure"
local channels, size, direction = tonumber(arg[1]), tonumber(arg[2]), arg[3]
local x, w = tensor.randn(1, channels, size, size), tensor.randn(channels, channels, 3, 3) * 0.02
local function forward() return nn.conv2d(x, w, {padding = 1}) end
if direction == "forward" then return measure(forward) end
local wanted = (direction == "input" and x or w):requires_grad_()
local y, gradient = forward(), tensor.randn(1, channels, size, size)
measure(function()
  wanted:zero_grad_()
  y:backward(gradient, {retain_graph = true})
end)
