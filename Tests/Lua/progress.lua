-- The loop whose progress is shown, and the profile of a piece of code.
-- proves: atelier.progress, progress:loss, atelier.profile, profile:rows
local seen = {}
for i, p in atelier.progress(3) do
  seen[#seen + 1] = i
  p:loss(1 / i)
  p:loss(tensor{0.5})
  assert(tostring(p) == "progress: " .. i - 1 .. " of 3", tostring(p))
end
assert(table.concat(seen, " ") == "1 2 3")
for i in atelier.progress(0) do error("never") end
for i, x, p in atelier.progress({"a", tensor{2}, 7}, {label = "things"}) do
  seen[i] = x
  assert(tostring(p):find("things: " .. i - 1 .. " of 3", 1, true))
end
assert(seen[1] == "a" and seen[2]:item() == 2 and seen[3] == 7)
-- Left early: the loop is over, the next one starts anew.
for i in atelier.progress(5) do if i == 2 then break end end
fails("stop here", function() for i in atelier.progress(5) do error("stop here") end end)
local step = atelier.progress(2)
assert(step() == 1 and step() == 2 and step() == nil and step() == nil)
fails("expected a number of steps of 0 or more, got -1", atelier.progress, -1)
fails("'steps'", atelier.progress, "ten")
fails("did you mean 'label'", atelier.progress, 3, {lable = "x"})

-- Names, depths, calls and arithmetic of a profile are exact.
local net = nn.Sequential{nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 6 * 5, 4)}
local x = tensor.randn(2, 3, 8, 7)
local report, result = atelier.profile(function()
  local y = net(x)
  local z = y:matmul(tensor.ones(4, 5))
  for _ = 1, 3 do z = z:exp() end
  return y
end)
assert(result:size(2) == 4)
local rows, lines = report:rows(), {}
for _, row in ipairs(rows) do
  lines[#lines + 1] = ("%s%s %d %.0f"):format(("  "):rep(row.depth), row.name, row.calls, row.flops)
end
local conv, linear, product = 2 * 2 * 8 * 6 * 5 * 3 * 9, 2 * 2 * 240 * 4, 2 * 2 * 4 * 5
local expected = ([[
total 1 ALL
  layer call 1 NET
    Sequential 1 NET
      Conv2d + ReLU 1 CONV
        convolution 1 CONV
      Flatten 1 0
      Linear 1 LINEAR
        matmul 1 LINEAR
  tensor.ones 1 0
  tensor:matmul 1 PRODUCT
    matmul 1 PRODUCT
  tensor:exp 3 0
    exp 3 0]]):gsub("%u%u+", {ALL = conv + linear + product, NET = conv + linear, CONV = conv, LINEAR = linear, PRODUCT = product})
assert(table.concat(lines, "\n") == expected, "\n" .. table.concat(lines, "\n"))
-- The memory of a result is what it holds; what is inside takes no longer than the whole.
for i, row in ipairs(rows) do
  if row.name == "tensor.ones" then assert(row.bytes == 80, row.bytes) end
  local inside = 0
  for j = i + 1, #rows do
    if rows[j].depth <= row.depth then break end
    if rows[j].depth == row.depth + 1 then inside = inside + rows[j].seconds end
  end
  assert(inside <= row.seconds + 1e-9, row.name)
end
assert(tostring(report):find("GFLOP/s", 1, true) and tostring(report):find("Lua and the rest", 1, true))

-- The backward pass is a tree of its own.
local w = tensor.randn(4, 3):requires_grad_()
local names = {}
local backward = atelier.profile(function() x:flatten():narrow(1, 1, 4):reshape(1, 4):matmul(w):sum():backward() end)
for _, row in ipairs(backward:rows()) do names[row.name] = row end
assert(names.backward.depth == 2 and names.sum.depth == 3 and names["tensor:backward"].flops == 2 * 4 * 3)

-- An error ends the measurement; another can begin.
fails("stop here", atelier.profile, function() tensor.ones(2) error("stop here") end)
fails("under way already", atelier.profile, function() atelier.profile(function() end) end)
assert(#atelier.profile(function() end):rows() == 1)
