"""The peer of revresnet.lua in PyTorch: revresnet.py SIZE."""
import sys

from measure import measure, torch

torch = torch()
from networks import RevResNet  # noqa: E402

size = int(sys.argv[1])
net, x = RevResNet().eval(), torch.rand(1, 3, size, size)
with torch.inference_mode():
    measure(lambda: net.inverse(net(x)))
