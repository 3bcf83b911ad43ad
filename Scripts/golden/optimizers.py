#!/usr/bin/env python3
"""Golden values of PyTorch's optimisers, step by step: Tests/Golden/optimizers.safetensors."""
import json

import torch

import goldens

STEPS = 20
CASES = {
    "sgd": ("sgd", {"lr": 0.05}),
    "sgd_momentum": ("sgd", {"lr": 0.03, "momentum": 0.9}),
    "sgd_dampening": ("sgd", {"lr": 0.03, "momentum": 0.8, "dampening": 0.3}),
    "sgd_nesterov": ("sgd", {"lr": 0.02, "momentum": 0.9, "nesterov": True}),
    "sgd_weight_decay": ("sgd", {"lr": 0.05, "momentum": 0.5, "weight_decay": 0.1}),
    "adam": ("adam", {"lr": 0.1}),
    "adam_betas": ("adam", {"lr": 0.05, "betas": [0.5, 0.9], "eps": 1e-4}),
    "adam_weight_decay": ("adam", {"lr": 0.05, "weight_decay": 0.1}),
    "adam_amsgrad": ("adam", {"lr": 0.2, "amsgrad": True}),
    "adamw": ("adamw", {"lr": 0.1}),
    "adamw_weight_decay": ("adamw", {"lr": 0.05, "weight_decay": 0.3, "betas": [0.8, 0.95]}),
    "rmsprop": ("rmsprop", {"lr": 0.05}),
    "rmsprop_momentum": ("rmsprop", {"lr": 0.02, "alpha": 0.8, "momentum": 0.5, "weight_decay": 0.1}),
    "rmsprop_centered": ("rmsprop", {"lr": 0.02, "centered": True, "eps": 1e-4}),
    "adagrad": ("adagrad", {"lr": 0.5}),
    "adagrad_decay": ("adagrad", {"lr": 0.5, "lr_decay": 0.2, "weight_decay": 0.1, "initial_accumulator_value": 0.3}),
}
CLASSES = {
    "sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
}


def path(name, options, a, b, start):
    """The parameters before the first and after every step: f32 [steps + 1, 6]."""
    x = start.clone().requires_grad_()
    optimizer = CLASSES[name]([x], **options)
    rows = [start]
    for _ in range(STEPS):
        optimizer.zero_grad()
        (0.5 * a * x**2 + 0.1 * x**4 - b * x).sum().backward()
        optimizer.step()
        rows.append(x.detach().clone())
    return torch.stack(rows)


if __name__ == "__main__":
    goldens.seed("optimizers")
    a, b, start = torch.rand(6) * 3 + 0.2, torch.randn(6), torch.randn(6) * 1.5
    tensors = {"a": a, "b": b} | {
        f"{case}/parameters": path(name, options, a, b, start) for case, (name, options) in CASES.items()
    }
    facts = {case: json.dumps({"optimizer": name, "options": options}) for case, (name, options) in CASES.items()}
    goldens.save("optimizers.safetensors", "optimizers.py", tensors, facts)
