-- A picture to the features of CAP-VSTNet's reversible network (photo) and back: revresnet.lua SIZE.
local measure = require "measure"
local size = tonumber(arg[1])
local net, x = models.revresnet{mode = "photo", seed = 1}, tensor.rand(1, 3, size, size)
measure(function()
  return tensor.no_grad(function() return net:inverse(net(x)) end)
end)
