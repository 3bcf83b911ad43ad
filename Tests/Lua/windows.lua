-- Attention and windows as scripts call them; sizes and numbers that nobody should give are errors.
local q, k, v = tensor.randn(1, 2, 4, 8), tensor.randn(1, 2, 4, 8), tensor.randn(1, 2, 4, 8)
local row = tensor.arange(1, 5, 1)
local lower = row:unsqueeze(2):ge(row)
near(nn.attention(q, k, v, {is_causal = true}), nn.attention(q, k, v, {mask = lower}), 1e-6)
near(nn.attention(q, k, v, {mask = row:lt(0)}), tensor.zeros(1, 2, 4, 8))
local far = tensor.zeros(1, 1):expand(2^40, 1)
fails("attention: needs", nn.attention, far, far, far)
local x = tensor.rand(1, 1, 3, 3)
for _, mode in ipairs{"bilinear", "nearest", "bicubic"} do
  for _, padding in ipairs{"zeros", "border", "reflection"} do
    for _, bad in ipairs{0/0, 1/0, -1/0, 1e30} do
      local grid = tensor.full({1, 1, 1, 2}, bad):requires_grad_()
      nn.grid_sample(x, grid, {mode = mode, padding_mode = padding}):sum():backward()
    end
  end
end
fails("does not fit", nn.unfold, x, 2^24)
fails("pad", nn.unfold, x, 1, {padding = 2^24})
fails("a factor from 1 to 4096", nn.pixel_shuffle, x, 2^40)
fails("fold", nn.fold, x[1], 2^24, 1)
fails("fit into memory", nn.conv2d, x, tensor.zeros(1, 1, 1, 1):expand(1, 1, 2^40, 1), {padding = "same"})
fails("conv_transpose2d", nn.conv_transpose2d, x, tensor.zeros(1, 1, 2, 2), {stride = 2^24, padding = "same"})
-- The same gradient as a picture of the identity: sampling at the elements' centres gives the picture.
local picture = tensor.rand(1, 3, 4, 5)
local ys, xs = (tensor.arange(0, 4, 1) * 2 + 1) / 4 - 1, (tensor.arange(0, 5, 1) * 2 + 1) / 5 - 1
local grid = tensor.stack({xs:unsqueeze(1):expand(4, 5), ys:unsqueeze(2):expand(4, 5)}, 3):unsqueeze(1)
near(nn.grid_sample(picture, grid), picture, 1e-5)
near(nn.fold(nn.unfold(picture, 1), {4, 5}, 1), picture)
