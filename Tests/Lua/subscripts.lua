-- Reading by positions, ranges, masks and lists of positions.
-- proves: tensor [], tensor:masked_select, tensor:nonzero
-- checks gradients: tensor [], tensor:masked_select, tensor:contiguous
local t = tensor.arange(0, 60):reshape(3, 4, 5):to("f64")
near(t[2], t:select(1, 2))
near(t[-1], t:select(1, 3))
near(t[{ {2, 3}, {}, 1 }], t:narrow(1, 2, 2):select(3, 1))
near(t[{ 1, {-2, -1} }], t:select(1, 1):narrow(1, 3, 2))
near(t[t:gt(50)], tensor.arange(51, 60))
near(t[tensor{3, 1}], t:index_select(1, tensor{3, 1}))
near(t:masked_select(t:lt(3)), tensor{0, 1, 2})
local places = tensor{{0, 7}, {5, 0}}:nonzero()
assert(places:dtype() == "i64")
near(places, tensor{{1, 2}, {2, 1}})
local mask = t:gt(20)
for _, part in ipairs{
  function(x) return x[2] end, function(x) return x[{ {1, 2}, {}, -1 }] end, function(x) return x[mask] end,
  function(x) return x[tensor{3, 1, 3}] end, function(x) return x:masked_select(mask) end,
  function(x) return x:transpose(1, 3):contiguous() end,
} do
  differentiates(part, tensor.randn(3, 4, 5):to("f64"))
end
