-- Asking for gradients, computing them, forgetting them.
-- proves: tensor:requires_grad_, tensor:requires_grad, tensor:backward, tensor:grad, tensor:zero_grad_, tensor:detach
-- proves: tensor.no_grad, tensor.grad
-- checks gradients: tensor.grad
local x = tensor{1, -2, 3}:to("f64")
assert(not x:requires_grad() and x:requires_grad_() == x and x:requires_grad() and x:grad() == nil)
local y = (x ^ 3):sum()
assert(y:requires_grad() and not y:detach():requires_grad());
y:backward()
near(x:grad(), tensor{3, 12, 27})
-- Gradients add up until they are forgotten.
local z = x * 2
z:backward(tensor{1, 10, 100}:to("f64"))
near(x:grad(), tensor{5, 32, 227})
assert(x:zero_grad_():grad() == nil)
-- A copy without history shares its elements.
x:detach():fill_(1)
near(x:detach(), tensor{1, 1, 1})
local a, b = tensor.no_grad(function(t) return t * 5, "b" end, x)
assert(not a:requires_grad() and b == "b" and (x * 5):requires_grad())
fails("stop", tensor.no_grad, function() error("stop") end)
assert((x * 2):requires_grad())
assert(not x:requires_grad_(false):requires_grad())
-- Gradients on request leave no trace in their tensors, and can be differentiated again.
local w, unused = tensor{2, 3}:to("f64"):requires_grad_(), tensor{1}:requires_grad_()
local slopes = tensor.grad((w ^ 4):sum(), {w, unused})
near(slopes[1], tensor{32, 108})
assert(slopes[2]:item() == 0 and w:grad() == nil)
near(tensor.grad((w ^ 2):sum(), w)[1], tensor{4, 6}) -- one tensor needs no list
differentiates(function(t)
  local leaf = t:requires_grad() and t or t:clone():requires_grad_()
  return tensor.grad((leaf:tanh() * leaf):sum(), {leaf}, {create_graph = true})[1]
end, tensor{0.3, -1.2, 0.7}:to("f64"))
