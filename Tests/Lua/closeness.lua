-- When tensors count as equal: |a - b| <= atol + rtol |b|.
-- proves: tensor:allclose
local a = tensor{1, 100}
assert(a:allclose(tensor{1 + 9e-6, 100 + 9e-4}) and not a:allclose(tensor{1 + 2e-5, 100}))
assert(a:allclose(tensor{1.5, 100}, {atol = 0.5}) and not a:allclose(tensor{1.5, 100}, {atol = 0.49, rtol = 0}))
assert(a:allclose(tensor{1, 110}, {rtol = 0.1}) and not a:allclose(tensor{1, 112}, {rtol = 0.1}))
assert(not tensor{0/0}:allclose(tensor{0/0}) and tensor{math.huge}:allclose(tensor{math.huge}))
