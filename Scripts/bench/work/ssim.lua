-- Structural similarity of two grey pictures of 1920 × 1080, Gaussian window.
local measure = require "measure"
atelier.seed(1)
local a = tensor.rand(1080, 1920)
local b = (a + tensor.randn(1080, 1920) * 0.1):clamp(0, 1)
measure(function() metrics.ssim(a, b) end)
