-- Rows of a table by ids that count from 0.
-- proves: nn.Embedding
-- checks gradients: nn.Embedding
local layer, ids = nn.Embedding(5, 3), tensor{{0, 4}, {4, 1}}
local weight = layer:parameters()[1]
local y = layer(ids)
near(y, nn.embedding(weight, ids))
near(y[{1, 2}], weight[5])
-- The gradient of a row is the sum of those of its places.
local weights = tensor.randn(2, 2, 3);
(y * weights):sum():backward()
local expected = tensor.zeros(5, 3)
expected[1], expected[2], expected[5] = weights[1][1], weights[2][2], weights[1][2] + weights[2][1]
near(weight:grad(), expected, 1e-6)
