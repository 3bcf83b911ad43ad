-- What the scripts beside this one compare with; it runs before each of them.
-- Whether two tensors are the same to a tolerance (relative to 1).
function near(a, b, tolerance)
  local gap = (a:to("f64") - b:to("f64")):abs():max():item()
  assert(table.concat(a:shape(), "×") == table.concat(b:shape(), "×"), "shapes differ")
  assert(gap <= (tolerance or 0), "differs by " .. gap)
end

-- Compares the gradient of f at x (f64) along a random direction with central differences.
function differentiates(f, x)
  local weights = tensor.randn(f(x):shape()):to("f64")
  local direction = tensor.randn(x:shape()):to("f64")
  local leaf = x:clone():requires_grad_();
  (f(leaf) * weights):sum():backward()
  local exact = (leaf:grad() * direction):sum():item()
  local function moved(amount) return (f(x + direction * amount) * weights):sum():item() end
  local numeric = (moved(1e-5) - moved(-1e-5)) / 2e-5
  assert(math.abs(exact - numeric) <= 1e-6 * math.max(1, math.abs(numeric)), exact .. " and " .. numeric)
end

-- Whether a call fails with a message that holds a text.
function fails(text, f, ...)
  local ok, why = pcall(f, ...)
  assert(not ok and tostring(why):find(text, 1, true), tostring(why))
end
