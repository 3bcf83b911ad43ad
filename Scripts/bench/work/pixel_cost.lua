-- How the time of a pixel grows with the picture: the network of Johnson et al. at 1280² beside 512². What it prints is
-- of 1280²; `ratio` is its time for a pixel divided by that at 512².
local measure = require "measure"
local net = models.johnson{seed = 1}
local function cost(size)
  local x = tensor.rand(1, 3, size, size) * 255
  local function work() return tensor.no_grad(function() return net(x) end) end
  work()
  local best = math.huge
  for _ = 1, 5 do
    collectgarbage()
    best = math.min(best, (atelier.time(work)))
  end
  return best / size ^ 2, work
end
local small = cost(512)
local large, work = cost(1280)
measure(work, {ratio = large / small})
