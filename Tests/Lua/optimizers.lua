-- Steps, rates and state of an optimiser.
-- proves: optimizer:step, optimizer:zero_grad, optimizer:lr, optimizer:state_dict, optimizer:load_state_dict
local x = tensor{3, -1}:requires_grad_()
local o = optim.sgd({x}, {lr = 0.5, momentum = 0.9})
local function step()
  return o:step(function()
    o:zero_grad()
    local loss = (x * x):sum()
    loss:backward()
    return loss
  end)
end
assert(step():item() == 10)
near(x, tensor{0, 0})
step()
near(x, tensor{-2.7, 0.9}, 1e-6)
o:zero_grad()
assert(x:grad() == nil and o:lr() == 0.5 and o:lr(0.25) == 0.25)
local y = x:detach():clone():requires_grad_()
local again = optim.sgd({y}, {lr = 1, momentum = 0.9})
again:load_state_dict(o:state_dict())
for _, pair in ipairs{{x, o}, {y, again}} do
  (pair[1] * pair[1]):sum():backward()
  pair[2]:step()
end
near(x, y)
assert(again:lr() == 0.25)
