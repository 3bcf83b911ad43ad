-- More methods that write into the tensor that they are called on, and assignment of tables.
-- proves: tensor:sub_, tensor:div_, tensor:clamp_, tensor:masked_fill_, tensor:normal_, tensor:uniform_
local t = tensor{1, 2, 9}
local view = t:narrow(1, 3, 1)
assert(t:sub_(tensor{1, 0, 1}, {alpha = 2}) == t)
near(t, tensor{-1, 2, 7})
t:div_(2):sub_(0.5):div_(tensor{1, 0.5, 2})
near(t, tensor{-1, 1, 1.5})
t:clamp_(0):clamp_(nil, 1.25)
near(t, tensor{0, 1, 1.25})
t:masked_fill_(t:gt(1), -3)
near(t, tensor{0, 1, -3})
assert(view:item() == -3)
near(tensor{1}:add_(3, {alpha = 2}), tensor{7})
fails("masked_fill: a mask of 2 does not fit a tensor of 3", t.masked_fill_, t, tensor{1, 0}, 1)
-- PyTorch's stream in this tensor's memory: torch.manual_seed(3), then uniform_(2, 4) and normal_(1, 0.5) of two numbers.
atelier.seed(3)
near(tensor.zeros(2):uniform_(2, 4), tensor{0.004263520, 0.105569363} * 2 + 2, 1e-6)
near(tensor.zeros(2):normal_(1, 0.5), tensor{-0.393966943, 1.676201463} * 0.5 + 1, 1e-6)
local m = tensor.zeros(2, 3)
m[2] = {1, 2, 3}
m[{ {}, 1 }] = {7, 8}
near(m, tensor{{7, 0, 0}, {8, 2, 3}})
