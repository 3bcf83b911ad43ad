#!/usr/bin/env python3
"""Golden values of what surrounds an optimiser: learning-rate schedules, moving averages, clipped gradients.

Tests/Golden/training.safetensors. Schedules are torch.optim.lr_scheduler's; a warm-up is diffusers' linear one from 0 (its formula
stands below), or LinearLR in a SequentialLR where it begins above 0.
"""
import json

import torch
from torch.optim import lr_scheduler
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

import goldens

STEPS = 40
SCHEDULES = {
    "constant": ("constant_lr", {"lr": 0.3, "warmup": 7}, None),
    "linear": ("linear_lr", {"lr": 0.3, "start_factor": 0.25, "end_factor": 0.9, "total_iters": 11}, "LinearLR"),
    "linear_down": ("linear_lr", {"lr": 2.0, "start_factor": 1.0, "end_factor": 0.0, "total_iters": 20, "warmup": 5}, "LinearLR"),
    "step": ("step_lr", {"lr": 0.3, "step_size": 6, "gamma": 0.4}, "StepLR"),
    "step_warm": ("step_lr", {"lr": 0.3, "step_size": 6, "warmup": 4, "warmup_start": 0.2}, "StepLR"),
    "exponential": ("exponential_lr", {"lr": 0.3, "gamma": 0.9}, "ExponentialLR"),
    "cosine": ("cosine_annealing_lr", {"lr": 0.3, "t_max": 15, "eta_min": 0.02}, "CosineAnnealingLR"),
    "cosine_warm": ("cosine_annealing_lr", {"lr": 0.3, "t_max": 32, "warmup": 8}, "CosineAnnealingLR"),
    "restarts": ("cosine_annealing_warm_restarts", {"lr": 0.3, "t_0": 6, "t_mult": 2, "eta_min": 0.01}, "CosineAnnealingWarmRestarts"),
    "restarts_equal": ("cosine_annealing_warm_restarts", {"lr": 0.3, "t_0": 9, "warmup": 3, "warmup_start": 0.5}, "CosineAnnealingWarmRestarts"),
}
NAMES = {"t_max": "T_max", "t_0": "T_0", "t_mult": "T_mult"}


def rates(options, name):
    """The rates of steps 1, 2, …"""
    options = dict(options)
    lr, warmup, start = options.pop("lr"), options.pop("warmup", 0), options.pop("warmup_start", 0.0)
    options = {NAMES.get(key, key): value for key, value in options.items()}
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    schedule = getattr(lr_scheduler, name)(optimizer, **options) if name else None
    # diffusers: float(current_step) / float(max(1, num_warmup_steps)) of the rate; LinearLR's line from its start_factor.
    values = [lr * (start + (1 - start) * step / max(1, warmup)) for step in range(warmup)]
    while len(values) < STEPS:
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if schedule:
            schedule.step()
    return torch.tensor(values, dtype=torch.float64)


def averages(decay):
    """Parameters as they move, and AveragedModel's parameters after each update."""
    model = torch.nn.Linear(3, 2)
    ema = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay))
    rows = []
    for _ in range(6):
        with torch.no_grad():
            model.weight.add_(torch.randn(2, 3))
        ema.update_parameters(model)
        rows.append((model.weight.detach().clone(), ema.module.weight.detach().clone()))
    return {f"ema/{decay}/{name}": torch.stack(tensors) for name, tensors in zip(("weights", "averages"), zip(*rows))}


def clipped(norm, most):
    x, y = torch.zeros(4, 3, requires_grad=True), torch.zeros(5, requires_grad=True)
    x.grad, y.grad = torch.randn(4, 3), torch.randn(5) * 3
    key = f"clip/{norm}/{most}"
    tensors = {f"{key}/x": x.grad.clone(), f"{key}/y": y.grad.clone()}
    tensors[f"{key}/total"] = torch.nn.utils.clip_grad_norm_([x, y], most, norm)
    return tensors | {f"{key}/clipped_x": x.grad, f"{key}/clipped_y": y.grad}


if __name__ == "__main__":
    goldens.seed("training")
    tensors, facts = {}, {}
    for case, (name, options, torch_name) in SCHEDULES.items():
        tensors[f"schedule/{case}"] = rates(options, torch_name)
        facts[f"schedule/{case}"] = json.dumps({"name": name, "options": options})
    for decay in (0.5, 0.9, 0.999):
        tensors |= averages(decay)
    for norm, most in ((2.0, 1.5), (1.0, 4.0), (float("inf"), 0.7), (2.0, 100.0)):
        tensors |= clipped(norm, most)
    goldens.save("training.safetensors", "training.py", tensors, facts)
