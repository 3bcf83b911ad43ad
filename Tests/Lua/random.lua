-- PyTorch's stream, and noise that depends on seed, stream and position only.
-- proves: tensor.rand, tensor.randn, tensor.randperm, tensor.noise
atelier.seed(3)
-- PyTorch 2.15: torch.manual_seed(3), then rand(2), randn(2), randperm(5).
near(tensor.rand(2), tensor{0.004263520, 0.105569363}, 1e-8)
near(tensor.randn(2), tensor{-0.393966943, 1.676201463}, 1e-7)
near(tensor.randperm(5), tensor{1, 3, 4, 5, 2})
near(tensor.noise({4}, {seed = 0}), tensor{0x6627e8p-24, 0xe169c5p-24, 0xbc57acp-24, 0x9b00dbp-24})
local part = tensor.noise({3}, {seed = 5, stream = 2})
near(tensor.noise({100}, {seed = 5, stream = 2}):narrow(1, 1, 3), part)
assert(not tensor.noise({3}, {seed = 6, stream = 2}):allclose(part))
assert(math.abs(tensor.noise({10000}, {seed = 1, normal = true}):std():item() - 1) < 0.03)
