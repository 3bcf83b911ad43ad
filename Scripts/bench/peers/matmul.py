"""The peer of matmul.lua in PyTorch: matmul.py SIZE."""
import sys

from measure import measure, torch

torch = torch()
size = int(sys.argv[1])
a, b = torch.randn(size, size), torch.randn(size, size)
measure(lambda: a @ b)
