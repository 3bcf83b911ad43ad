#!/usr/bin/env python3
"""Golden values of PyTorch's CPU generator: Tests/Golden/random.safetensors.

randn depends on the vector unit (its logarithm and cosine); the AVX2 path is the one to follow.
"""
import json
import os

os.environ["ATEN_CPU_CAPABILITY"] = "avx2"

import torch  # noqa: E402  (the variable must be set first)

import goldens  # noqa: E402

SEEDS = [0, 1, 42, 2**31 + 5, 2**53 + 1]
SEQUENCE = [
    ["rand", 5], ["randn", 3], ["randn", 3], ["randn", 20], ["rand", 2], ["randn", 1], ["randperm", 7], ["randn", 16],
    ["rand64", 3], ["randn64", 5], ["randint", 4], ["randn", 33],
]


def draw(kind, count):
    """One draw from the global generator."""
    wide = {"dtype": torch.float64} if kind.endswith("64") else {}
    if kind.startswith("randperm"):
        return torch.randperm(count)
    if kind == "randint":
        return torch.randint(0, 1000, (count,))
    return (torch.randn if kind.startswith("randn") else torch.rand)(count, **wide)


def streams():
    wanted = [(kind, count) for kind in ("rand", "randn") for count in (1, 2, 7, 15, 16, 17, 24, 32, 100, 1000)]
    wanted += [(kind, count) for kind in ("rand64", "randn64") for count in (7, 16, 37)]
    wanted += [("randperm", count) for count in (1, 2, 10, 100, 1000)] + [("randint", count) for count in (1, 10, 100)]
    tensors = {}
    for seed in SEEDS:
        for kind, count in wanted:
            if count == 1000 and seed > 1:
                continue
            torch.manual_seed(seed)
            tensors[f"{kind}/{seed}/{count}"] = draw(kind, count)
        torch.manual_seed(seed)
        for i, (kind, count) in enumerate(SEQUENCE):
            tensors[f"sequence/{seed}/{i}"] = draw(kind, count)
    return tensors


LAYERS = {
    "linear": ([5, 7], torch.nn.Linear),
    "conv2d": ([3, 4, 3], torch.nn.Conv2d),
    "conv_transpose2d": ([3, 4, 3], torch.nn.ConvTranspose2d),
    "embedding": ([6, 4], torch.nn.Embedding),
    "linear_large": ([20, 33], torch.nn.Linear),
}


def initial_parameters():
    tensors = {}
    for seed in SEEDS[:3]:
        for name, (sizes, make) in LAYERS.items():
            torch.manual_seed(seed)
            for key, value in make(*sizes).state_dict().items():
                tensors[f"init/{seed}/{name}/{key}"] = value
    return tensors


if __name__ == "__main__":
    assert torch.backends.cpu.get_cpu_capability() == "AVX2", torch.backends.cpu.get_cpu_capability()
    facts = {"sequence": json.dumps(SEQUENCE), "capability": "AVX2"}
    facts |= {f"init/{name}": json.dumps(sizes) for name, (sizes, _) in LAYERS.items()}
    goldens.save("random.safetensors", "random_streams.py", streams() | initial_parameters(), facts)
