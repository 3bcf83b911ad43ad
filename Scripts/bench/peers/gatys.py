"""The peer of gatys.lua in PyTorch: gatys.py SIZE f32|bf16. bf16 is autocast, as users write it."""
import contextlib
import sys

from measure import measure, torch

torch = torch()
from networks import Vgg19, gram, style_loss  # noqa: E402
from torch.nn import functional as F  # noqa: E402

size, dtype = int(sys.argv[1]), sys.argv[2]
STYLE = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
LAYERS = STYLE + ["relu4_2"]


def precision():
    return torch.autocast("cpu", dtype=torch.bfloat16) if dtype == "bf16" else contextlib.nullcontext()


net = Vgg19()
with torch.no_grad(), precision():
    features = net(torch.rand(1, 3, size, size), LAYERS)
    grams, content = {layer: gram(features[layer]) for layer in STYLE}, features["relu4_2"].clone()
    del features
picture = torch.rand(1, 3, size, size, requires_grad=True)
adam = torch.optim.Adam([picture], 0.02)


def step():
    adam.zero_grad()
    with precision():
        features = net(picture, LAYERS)
        loss = style_loss(features, grams, STYLE) + F.mse_loss(features["relu4_2"], content)
    loss.backward()
    adam.step()


measure(step)
