-- 20,000 small tensor operations from a script: what one call costs apart from its arithmetic.
local measure = require "measure"
local x, y = tensor.randn(8, 8), tensor.randn(8, 8)
local function work()
  local z = x
  for _ = 1, 10000 do z = (z + y) * 0.5 end
end
measure(work)
