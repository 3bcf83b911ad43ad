-- What tensors tell about themselves, and what they hold as Lua values.
-- proves: tensor:shape, tensor:size, tensor:dim, tensor:numel, tensor:dtype, tensor:is_contiguous, tensor:contiguous
-- proves: tensor:item, tensor:tolist, tensor #
local t = tensor.arange(0, 24):reshape(2, 3, 4)
assert(table.concat(t:shape(), " ") == "2 3 4" and t:dim() == 3 and t:numel() == 24 and #t == 2)
for axis, size in ipairs{2, 3, 4} do assert(t:size(axis) == size and t:size(axis - 4) == size) end
assert(#tensor{5}:sum():shape() == 0 and tensor{5}:sum():dim() == 0 and tensor{5}:sum():numel() == 1)
assert(#tensor.zeros(0, 3) == 0 and tensor.zeros(0, 3):numel() == 0)
for _, name in ipairs{"f32", "f64", "bf16", "f16", "i64", "i32", "i16", "i8", "u8", "bool"} do
  assert(tensor.ones(2):to(name):dtype() == name)
end
local turned = t:transpose(1, 3)
assert(t:is_contiguous() and not turned:is_contiguous() and turned:contiguous():is_contiguous())
near(turned:contiguous(), turned)
assert(t:contiguous():numel() == 24)
local list = turned:tolist()
for i = 1, 4 do
  for j = 1, 3 do
    for k = 1, 2 do
      local value = (k - 1) * 12 + (j - 1) * 4 + i - 1
      assert(list[i][j][k] == value and turned[i][j][k]:item() == value)
    end
  end
end
assert(tensor{7}:sum():tolist() == 7 and #tensor.zeros(0):tolist() == 0)
-- The largest integers are whole and can be shown.
for _, n in ipairs{math.maxinteger, math.mininteger, 2^53 // 1 | 0, (1 << 53) + 1} do
  local t = tensor({n}, {dtype = "i64"})
  assert(t:item() == n and t:tolist()[1] == n and #tostring(t) > 0)
end
assert(tensor{1e30}:to("i64"):item() == math.maxinteger and #tostring(tensor{1e30}:to("i64")) > 0)
assert(tensor{}:dtype() == "f32" and tensor{{}, {}}:dtype() == "f32" and tensor{true}:dtype() == "bool")
