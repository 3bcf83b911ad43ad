-- Methods that end in an underscore write into the tensor that they are called on.
-- proves: tensor:add_, tensor:mul_, tensor:copy_, tensor:fill_, tensor:zero_
local t = tensor{1, 2, 3}
local view = t:narrow(1, 2, 2)
assert(t:zero_() == t and view:sum():item() == 0)
t:fill_(4):add_(tensor{1, 2, 3}):mul_(2)
near(t, tensor{10, 12, 14})
near(view, tensor{12, 14})
t:copy_(tensor{1, dtype = "i64"})
near(t, tensor{1, 1, 1})
