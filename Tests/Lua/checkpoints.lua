-- A checkpoint comes back as it was saved.
-- proves: checkpoints.save, checkpoints.load, checkpoints.inspect
local path = os.tmpname() .. ".safetensors"
local state = {a = tensor{{1, 2}, {3, 4}}, b = tensor{5, dtype = "i64"}, c = tensor{0.5}:to("bf16")}
checkpoints.save(state, path, {metadata = {made_by = "a test"}})
local back = checkpoints.load(path)
for name, value in pairs(state) do
  near(back[name], value)
  assert(back[name]:dtype() == value:dtype())
end
local facts = checkpoints.inspect(path)
assert(facts.format == "safetensors" and facts.parameters == 6 and facts.bytes == 16 + 8 + 2)
assert(facts.metadata.made_by == "a test" and #facts.tensors == 3 and facts.tensors[2].dtype == "i64")
assert(facts.tensors[1].name == "a" and table.concat(facts.tensors[1].shape, "x") == "2x2")
os.remove(path)
fails("there is no file", checkpoints.load, path)
