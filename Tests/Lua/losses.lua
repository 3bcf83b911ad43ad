-- Losses with fixed options are the functions; targets of cross_entropy as classes and as probabilities.
-- proves: nn.MSELoss, nn.L1Loss, nn.SmoothL1Loss, nn.BCEWithLogitsLoss, nn.CrossEntropyLoss
-- checks gradients: nn.MSELoss, nn.L1Loss, nn.SmoothL1Loss, nn.BCEWithLogitsLoss, nn.CrossEntropyLoss
local x, t = tensor{{1, 2, 0}, {0, 1, 3}}, tensor{2, 1}
local p = tensor{{0, 1, 0}, {1, 0, 0}}
for class, case in pairs{
  MSELoss = {nn.mse_loss, p, {reduction = "sum"}}, L1Loss = {nn.l1_loss, p, {}},
  SmoothL1Loss = {nn.smooth_l1_loss, p, {beta = 0.3}},
  BCEWithLogitsLoss = {nn.bce_with_logits, p, {pos_weight = tensor{1, 2, 3}, reduction = "none"}},
  CrossEntropyLoss = {nn.cross_entropy, t, {label_smoothing = 0.1, weight = tensor{1, 2, 3}}},
} do
  local f, target, options = table.unpack(case)
  local loss = nn[class](options)
  near(loss(x, target), f(x, target, options))
  assert(next(options) == nil or not loss(x, target):allclose(f(x, target)), class .. " forgets its options")
  local fixed = nn[class]{reduction = options.reduction}
  differentiates(function(y) return fixed(y, class == "CrossEntropyLoss" and t or p:to("f64")) end, x:to("f64") * 0.7 + 0.1)
  fails("expected input and target", loss, x)
end
fails("label_smoothing", nn.CrossEntropyLoss, {smoothing = 1})
-- A class that does not count, probabilities, one picture without a batch.
local first = x[{ {1, 1} }]
near(nn.cross_entropy(x, tensor{2, -100}, {ignore_index = -100}), nn.cross_entropy(first, tensor{2}))
near(nn.cross_entropy(x, tensor{2, 3}, {ignore_index = 3}), nn.cross_entropy(first, tensor{2}))
near(nn.cross_entropy(x, p), nn.cross_entropy(x, t), 1e-6)
near(nn.cross_entropy(x[1], tensor{2}), nn.cross_entropy(first, tensor{2}), 1e-6)
fails("no class 4", nn.cross_entropy, x, tensor{2, 4}, {ignore_index = -100})
