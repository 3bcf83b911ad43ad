#!/usr/bin/env python3
"""A small network fitted to a 16x16 picture from coordinates: Tests/Golden/train_coordinates.safetensors.

The curve must not hang on rounding: the script runs it in f64 as well and refuses a case whose curves part.
"""
import torch
from torch import nn

import goldens

SEED, SIZE, STEPS, RATE = 7, 16, 200, 0.005


def picture():
    """Coordinates in -1…1 (x, y), row by row, and colours: a sky that fades, a disc, a dark ground."""
    line = torch.linspace(-1, 1, SIZE)
    y, x = torch.meshgrid(line, line, indexing="ij")
    disc = torch.sigmoid((0.45 - ((x - 0.2) ** 2 + (y + 0.2) ** 2).sqrt()) * 12)
    ground = torch.sigmoid((y - 0.5 - 0.1 * torch.sin(4 * x)) * 10)
    red = (0.25 + 0.2 * (y + 1) / 2) * (1 - disc) + 0.95 * disc
    green = (0.35 + 0.25 * (y + 1) / 2) * (1 - disc) + 0.75 * disc
    blue = (0.7 - 0.1 * (y + 1) / 2) * (1 - disc) + 0.3 * disc
    colours = torch.stack([red, green, blue], -1) * (1 - ground[..., None]) + torch.tensor([0.15, 0.25, 0.1]) * ground[..., None]
    return torch.stack([x, y], -1).reshape(-1, 2), colours.reshape(-1, 3)


def network():
    torch.manual_seed(SEED)
    return nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 3), nn.Sigmoid())


def train(model, inputs, targets):
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(inputs), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses)


if __name__ == "__main__":
    inputs, targets = picture()
    model = network()
    weights = {key: value.clone() for key, value in model.state_dict().items()}
    losses = train(model, inputs, targets)
    exact = train(network().double(), inputs.double(), targets.double())
    spread = ((losses - exact).abs() / exact).max().item()
    print(f"loss {losses[0]:.4f} to {losses[-1]:.6f}; f32 and f64 part by {spread:.1e} relative")
    assert spread < 2e-5
    facts = {"seed": str(SEED), "lr": str(RATE), "steps": str(STEPS)}
    tensors = {"inputs": inputs, "targets": targets, "losses": losses} | weights
    goldens.save("train_coordinates.safetensors", "train_coordinates.py", tensors, facts)
