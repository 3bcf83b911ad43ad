"""The peer of adam.lua in PyTorch."""
from measure import measure, torch

torch = torch()
parameters = [torch.randn(1024, 1024, requires_grad=True) for _ in range(16)]
for parameter in parameters:
    parameter.grad = torch.ones(1024, 1024)
measure(torch.optim.Adam(parameters, 1e-3).step)
