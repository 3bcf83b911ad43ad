-- A product of two square matrices: matmul.lua SIZE.
local measure = require "measure"
local size = tonumber(arg[1])
local a, b = tensor.randn(size, size), tensor.randn(size, size)
measure(function() return a:matmul(b) end)
