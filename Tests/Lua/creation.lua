-- Tensors from numbers, tables and ranges.
-- proves: tensor, tensor.zeros, tensor.ones, tensor.full, tensor.eye, tensor.arange, tensor.range, tensor.linspace
local t = tensor{{1, 2.5}, {-3, 4}}
assert(t:dtype() == "f32" and t:size(1) == 2 and t[2][1]:item() == -3 and t[1][2]:item() == 2.5)
local nested = tensor{{{1}, {2}}, {{3}, {4}}}
assert(table.concat(nested:shape(), " ") == "2 2 1" and nested[2][1]:item() == 3)
assert(tensor{1, 2, dtype = "i64"}:dtype() == "i64")
near(tensor.arange(5, 0, -2), tensor{5, 3, 1})
near(tensor.range(1, 3.5), tensor{1, 2, 3})
near(tensor.linspace(-1, 1, 5), tensor{-1, -0.5, 0, 0.5, 1})
near(tensor.eye(2, 3), tensor{{1, 0, 0}, {0, 1, 0}})
near(tensor.full({2, 2}, 7), tensor{{7, 7}, {7, 7}})
near(tensor.zeros{2, dtype = "f64"} + 1, tensor.ones{2})
