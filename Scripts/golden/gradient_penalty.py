#!/usr/bin/env python3
"""Second derivatives as WGAN-GP uses them: Tests/Golden/gradient_penalty.safetensors.

Critics of convolutions, norms and leaky ReLU (Gulrajani et al. 2017, arXiv 1704.00028): the loss, the penalty
10·mean((|∇D(x̂)| − 1)²) alone, and the gradient of each for every parameter. Computed in f64, rounded once.
"""
import torch
from torch import nn

import goldens

NORMS = {
    "instance": lambda: nn.InstanceNorm2d(16, affine=True),
    "layer": lambda: nn.LayerNorm([16, 2, 2]),
    "group": lambda: nn.GroupNorm(4, 16),
    "none": lambda: nn.Identity(),
}


def critic(norm):
    return nn.Sequential(
        nn.Conv2d(3, 8, 4, stride=2, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(8, 16, 4, stride=2, padding=1), NORMS[norm](),
        nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(64, 1))


def penalty(net, real, fake, mix):
    between = (mix * real + (1 - mix) * fake).requires_grad_()
    slope = torch.autograd.grad(net(between).sum(), between, create_graph=True)[0]
    return 10 * ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()


def gradients(value, net):
    return torch.autograd.grad(value, list(net.parameters()), allow_unused=True)


if __name__ == "__main__":
    tensors = {}
    for name in NORMS:
        goldens.seed(f"gradient_penalty/{name}")
        net = critic(name)
        with torch.no_grad():
            for parameter in net.parameters():  # norms begin as ones and zeros, which would hide their part
                parameter.add_(torch.randn(parameter.shape) * 0.1)
        real, fake, mix = torch.rand(4, 3, 8, 8), torch.rand(4, 3, 8, 8), torch.rand(4, 1, 1, 1)
        tensors |= {f"{name}/real": real, f"{name}/fake": fake, f"{name}/mix": mix}
        tensors |= {f"{name}/state/{key}": value for key, value in net.state_dict().items()}
        net.double()
        data = (real.double(), fake.double(), mix.double())
        alone = penalty(net, *data)
        loss = net(data[1]).mean() - net(data[0]).mean() + penalty(net, *data)
        tensors |= {f"{name}/penalty": alone.float(), f"{name}/loss": loss.float()}
        for what, value in [("penalty", alone), ("loss", loss)]:
            for (key, parameter), gradient in zip(net.named_parameters(), gradients(value, net)):
                full = torch.zeros_like(parameter) if gradient is None else gradient
                tensors[f"{name}/{what}/{key}"] = full.float()
    goldens.save("gradient_penalty.safetensors", "gradient_penalty.py", tensors, {})
