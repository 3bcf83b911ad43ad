"""The peer of johnson_train.lua in PyTorch."""
from measure import measure, torch

torch = torch()
from networks import Vgg19, gram, johnson, style_loss  # noqa: E402
from torch.nn import functional as F  # noqa: E402

LAYERS = ["relu1_2", "relu2_2", "relu3_3", "relu4_2"]
loss_net, net = Vgg19(), johnson().train()
x = torch.rand(4, 3, 256, 256)
adam = torch.optim.Adam(net.parameters(), 1e-3)


def step():
    adam.zero_grad()
    got = loss_net(net(x), LAYERS)
    with torch.no_grad():
        wanted = loss_net(x, LAYERS)
        grams = {layer: gram(wanted[layer]) for layer in LAYERS}
    loss = F.mse_loss(got["relu2_2"], wanted["relu2_2"]) + style_loss(got, grams, LAYERS)
    loss.backward()
    adam.step()


measure(step)
