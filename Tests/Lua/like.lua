-- Tensors in the shape of another, whole random numbers, different elements, choices.
-- proves: tensor.zeros_like, tensor.ones_like, tensor.full_like, tensor.rand_like, tensor.randn_like, tensor.randint
-- proves: tensor:unique, atelier.random_state
local x = tensor{{1, 2, 3}, {4, 5, 6}}:to("f64")
near(tensor.zeros_like(x), tensor.zeros(2, 3))
near(tensor.ones_like(x, {dtype = "i64"}), tensor.ones(2, 3))
near(tensor.full_like(x, 2.5), tensor.full({2, 3}, 2.5))
assert(tensor.zeros_like(x):dtype() == "f64" and tensor.ones_like(x, {dtype = "i64"}):dtype() == "i64")
for name, like in pairs{rand = tensor.rand_like, randn = tensor.randn_like} do
  atelier.seed(5)
  local wanted = tensor[name]{2, 3, dtype = "f64"}
  atelier.seed(5)
  near(like(x), wanted)
end
-- PyTorch 2.15: torch.manual_seed(3), then randint(10, (6,)) and randint(-5, 5, (2, 2)).
atelier.seed(3)
near(tensor.randint(10, {6}), tensor{6, 8, 7, 7, 0, 0})
near(tensor.randint(-5, 5, {2, 2}), tensor{{-5, 0}, {-4, 4}})
assert(tensor.randint(2, {1}):dtype() == "i64" and tensor.randint(2, {1}, {dtype = "f32"}):dtype() == "f32")

local values, places, counts = tensor{{3, 1, 3}, {-2, 1, 3}}:unique()
near(values, tensor{-2, 1, 3})
near(places, tensor{{3, 2, 3}, {1, 2, 3}})
near(counts, tensor{1, 2, 3})

-- The stream goes on where it stood, also between the two numbers that the normal distribution makes at a time.
for _, draw in ipairs{
  function() return tensor.rand(3) end, function() return tensor.randn(3) end, function() return tensor.randperm(9) end,
} do
  tensor.randn(1)
  local state = atelier.random_state()
  local first = draw()
  draw()
  assert(atelier.random_state(state):eq(state):all():item() == 1)
  near(draw(), first)
end

local mask = tensor{1, 0}
near(tensor{5, 6}:where(mask, 0), tensor{5, 0})
near(tensor{5, 6}:where(mask, tensor{1, 2}, 9), tensor{1, 9})
