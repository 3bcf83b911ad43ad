"""The peer of small_ops.lua in PyTorch."""
from measure import measure, torch

torch = torch()
x, y = torch.randn(8, 8), torch.randn(8, 8)


def work():
    z = x
    for _ in range(10000):
        z = (z + y) * 0.5


measure(work)
