-- VGG-19 with weights that stay as they are, and the Gram losses of Gatys, for the workloads beside it.
local M = {}

function M.network()
  local net = models.vgg19{seed = 1}
  for _, p in ipairs(net:parameters()) do p:requires_grad_(false) end
  return net
end

-- The sum of the mean squared distances of Gram matrices at `layers`.
function M.style_loss(features, grams, layers)
  local loss
  for _, layer in ipairs(layers) do
    local part = nn.mse_loss(nn.gram(features[layer]), grams[layer])
    loss = loss and loss + part or part
  end
  return loss
end

function M.grams(features, layers)
  local grams = {}
  for _, layer in ipairs(layers) do grams[layer] = nn.gram(features[layer]):detach() end
  return grams
end

return M
