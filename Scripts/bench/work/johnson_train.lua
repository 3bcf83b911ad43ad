-- One training step of the feed-forward network of Johnson et al.: four pictures of 256², VGG-19's relu1_2, 2_2, 3_3
-- and 4_2 (content at 2_2), Adam.
local measure, vgg = require "measure", require "vgg"
local layers = {"relu1_2", "relu2_2", "relu3_3", "relu4_2"}
local loss_net, net = vgg.network(), models.johnson{seed = 1}:train()
local x = tensor.rand(4, 3, 256, 256)
local adam = optim.adam(net:parameters(), {lr = 1e-3})
measure(function()
  adam:zero_grad()
  local got = loss_net:features(net(x), layers)
  local wanted = tensor.no_grad(function() return loss_net:features(x, layers) end)
  local loss = nn.mse_loss(got.relu2_2, wanted.relu2_2) + vgg.style_loss(got, vgg.grams(wanted, layers), layers)
  loss:backward()
  adam:step()
end)
