"""The peer of small_ops.lua in PyTorch. Prints seconds."""
import time

import torch

x, y = torch.randn(8, 8), torch.randn(8, 8)


def work():
    z = x
    for _ in range(10000):
        z = (z + y) * 0.5


work()
start = time.perf_counter()
work()
print(time.perf_counter() - start)
