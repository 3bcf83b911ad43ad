-- A picture through the feed-forward network of Johnson et al.: johnson.lua SIZE.
local measure = require "measure"
local size = tonumber(arg[1])
local net, x = models.johnson{seed = 1}, tensor.rand(1, 3, size, size) * 255
measure(function()
  return tensor.no_grad(function() return net(x) end)
end)
