-- Attention of 8 heads of 4096 queries and keys of 40 numbers: Stable Diffusion's at 64 × 64.
local measure = require "measure"
local q, k, v = tensor.randn(1, 8, 4096, 40), tensor.randn(1, 8, 4096, 40), tensor.randn(1, 8, 4096, 40)
measure(function() return nn.attention(q, k, v) end)
