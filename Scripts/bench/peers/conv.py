"""The peer of conv.lua in PyTorch: conv.py CHANNELS SIZE forward|input|weight."""
import sys

from measure import measure, torch

torch = torch()
channels, size, direction = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
x, w = torch.randn(1, channels, size, size), torch.randn(channels, channels, 3, 3) * 0.02


def forward():
    return torch.nn.functional.conv2d(x, w, padding=1)


if direction == "forward":
    measure(forward)
else:
    wanted = (x if direction == "input" else w).requires_grad_()
    y, gradient = forward(), torch.randn(1, channels, size, size)

    def backward():
        wanted.grad = None
        y.backward(gradient, retain_graph=True)

    measure(backward)
