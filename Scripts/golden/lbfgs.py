#!/usr/bin/env python3
"""Golden values of torch.optim.LBFGS, outer step by outer step: Tests/Golden/lbfgs.safetensors.

Two problems: Rosenbrock's valley over six numbers, and the weights of a small convolution fitted to a target. The cases
named `neural_style` have the settings that jcjohnson/neural-style gives Torch7's optim.lbfgs (tolerances of -1, one long
step); PyTorch's optimiser descends from that one and takes the same steps.
"""
import json

import torch
import torch.nn.functional as F

import goldens

STEPS = 20
WOLFE = {"line_search_fn": "strong_wolfe"}
CASES = {
    "rosenbrock_wolfe": ("rosenbrock", {"max_iter": 2, **WOLFE}),
    "rosenbrock_wolfe_short_memory": ("rosenbrock", {"max_iter": 3, "history_size": 2, **WOLFE}),
    "rosenbrock_fixed": ("rosenbrock", {"lr": 0.05, "max_iter": 3}),
    "convolution_wolfe": ("convolution", {"max_iter": 2, **WOLFE}),
    "convolution_fixed": ("convolution", {"lr": 0.7, "max_iter": 3, "history_size": 5}),
    "convolution_few_evaluations": ("convolution", {"max_iter": 8, "max_eval": 4, **WOLFE}),
    "convolution_neural_style": ("convolution", {"max_iter": 4, "tolerance_grad": -1, "tolerance_change": -1}),
}


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def path(problem, options, data, dtype):
    """Parameters before the first and after every step, and the loss that each step returned."""
    if problem == "rosenbrock":
        parameters = [data["rosenbrock/start"].to(dtype).clone().requires_grad_()]
        loss = lambda: rosenbrock(parameters[0])
    else:
        parameters = [data["convolution/weight"].to(dtype).clone(), data["convolution/bias"].to(dtype).clone()]
        parameters = [p.requires_grad_() for p in parameters]
        x, target = data["convolution/input"].to(dtype), data["convolution/target"].to(dtype)
        loss = lambda: F.mse_loss(F.conv2d(x, *parameters), target)
    optimizer = torch.optim.LBFGS(parameters, **options)

    def closure():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    flat = lambda: torch.cat([p.detach().reshape(-1) for p in parameters])
    rows, losses = [flat()], []
    for _ in range(STEPS):
        losses.append(optimizer.step(closure).item())
        rows.append(flat())
    return torch.stack(rows), torch.tensor(losses, dtype=dtype)


if __name__ == "__main__":
    goldens.seed("lbfgs")
    data = {
        "rosenbrock/start": torch.tensor([-1.2, 1.0, -0.5, 0.8, 0.3, -0.2]),
        "convolution/input": torch.randn(2, 2, 6, 6),
        "convolution/weight": torch.randn(3, 2, 3, 3) * 0.3,
        "convolution/bias": torch.randn(3) * 0.1,
    }
    data["convolution/target"] = (
        F.conv2d(data["convolution/input"], torch.randn(3, 2, 3, 3) * 0.4)) + torch.randn(2, 3, 4, 4) * 0.05
    tensors, facts = dict(data), {}
    for case, (problem, options) in CASES.items():
        single, _ = path(problem, options, data, torch.float32)
        double, losses = path(problem, options, data, torch.float64)
        # Where rounding grows along the way, the engine is compared in f64 as well.
        apart = ((single - double).abs() / double.abs().clamp(min=1)).max().item()
        dtype = "f32" if apart < 2e-5 else "f64"
        print(f"{case}: f32 and f64 are {apart:.1e} apart, loss {losses[0]:.4g} to {losses[-1]:.4g}")
        tensors |= {f"{case}/parameters": double, f"{case}/losses": losses}
        facts[case] = json.dumps({"problem": problem, "options": options, "dtype": dtype})
    goldens.save("lbfgs.safetensors", "lbfgs.py", tensors, facts)
