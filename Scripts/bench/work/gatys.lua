-- One step of Gatys et al.: gatys.lua SIZE. VGG-19 up to relu5_1, Gram matrices at five layers, content at relu4_2, the
-- gradient of the picture, Adam.
local measure, vgg = require "measure", require "vgg"
local size = tonumber(arg[1])
local style = {"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"}
local layers = {"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu4_2", "relu5_1"}
local net = vgg.network()

local grams, content = tensor.no_grad(function()
  local features = net:features(tensor.rand(1, 3, size, size), layers)
  return vgg.grams(features, style), features.relu4_2
end)
local picture = tensor.rand(1, 3, size, size):requires_grad_()
local adam = optim.adam({picture}, {lr = 0.02})
measure(function()
  adam:zero_grad()
  local features = net:features(picture, layers)
  local loss = vgg.style_loss(features, grams, style) + nn.mse_loss(features.relu4_2, content)
  loss:backward()
  adam:step()
end)
