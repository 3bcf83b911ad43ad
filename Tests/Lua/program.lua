-- What the program says about itself, and its settings.
-- proves: atelier.version, atelier.info, atelier.seed, atelier.threads, atelier.deterministic, atelier.exact
-- proves: atelier.memory, atelier.time
assert(atelier.version:match("^%d+%.%d+%.%d+") and atelier.info().version == atelier.version)
assert(atelier.info().isa:match("^v[234]$") and atelier.info().threads == atelier.threads())
atelier.seed(7)
local first = tensor.rand(3)
assert(not tensor.rand(3):allclose(first))
atelier.seed(7)
near(tensor.rand(3), first)
local before = atelier.threads()
assert(atelier.threads(2) == 2 and atelier.info().threads == 2)
fails("1 to 1024", atelier.threads, 0)
atelier.threads(before)
assert(atelier.deterministic() == false and atelier.deterministic(true) == true)
assert(atelier.deterministic(false) == false)
-- Exact sums differ from Winograd's filtering, by rounding only.
local picture, weights = tensor.randn(1, 16, 32, 32), tensor.randn(16, 16, 3, 3)
local usual = nn.conv2d(picture, weights, {padding = 1})
assert(atelier.exact() == false and atelier.exact(true) == true)
local exact = nn.conv2d(picture, weights, {padding = 1})
assert(atelier.exact(false) == false)
assert(usual:allclose(exact, {atol = 1e-3}) and (usual - exact):abs():max():item() > 0)
collectgarbage()
local live = atelier.memory().live
local large = tensor.zeros(1000, 1000)
assert(atelier.memory().live - live >= 4000000 and atelier.memory().peak >= atelier.memory().live)
local limit = atelier.memory().limit
assert(limit > 1e8 and atelier.memory{limit = "1.5 GB"}.limit == 1500000000 and atelier.memory{limit = 2e9}.limit == 2e9)
fails("of the 2.0 GB allowed; at most", tensor.zeros, 30000, 30000)
for _, nonsense in ipairs{"four", "4 apples", "-1GB", "", 0, -5, 0/0, 1e300} do
  fails("limit", atelier.memory, {limit = nonsense})
end
assert(atelier.memory{limit = limit}.limit == limit)
large = nil
collectgarbage()
assert(atelier.memory().live - live < 1000000)
local function work()
  return tensor.randn(100, 100):sum():item(), "x"
end
local outer, inner, text = atelier.time(function() return (atelier.time(work)), select(2, work()) end)
assert(inner > 0 and outer > inner and text == "x")
fails("no such thing", atelier.time, function() error("no such thing") end)
