-- Structural similarity of two grey pictures of 1920 × 1080, Gaussian window. Prints seconds, the median of nine.
atelier.seed(1)
local a = tensor.rand(1080, 1920)
local b = (a + tensor.randn(1080, 1920) * 0.1):clamp(0, 1)
metrics.ssim(a, b)
local seconds = {}
for i = 1, 9 do seconds[i] = atelier.time(function() metrics.ssim(a, b) end) end
table.sort(seconds)
print(seconds[5])
