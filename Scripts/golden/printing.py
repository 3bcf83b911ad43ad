#!/usr/bin/env python3
"""How PyTorch prints tensors: Tests/Golden/printing.safetensors (the tensors) and, in its metadata, the texts.

Stored is the text without what is not the numbers' layout: `tensor(` in front, whose 7 columns indent the other lines
too (removed there), and behind the layout the closing parenthesis with `dtype=…`. PyTorch breaks lines at 80 columns
counted with the prefix; the line width is therefore set to 87, so that without it lines break at 80.
"""
import re

import torch

import goldens

PREFIX = "tensor("
torch.set_printoptions(linewidth=80 + len(PREFIX))

nan, inf = float("nan"), float("inf")
torch.manual_seed(5)
CASES = {
    "whole": torch.tensor([1.0, 2.0, 30.0]),
    "whole_negative": torch.tensor([[1.0, -2.0], [-300.0, 4.0]]),
    "whole_zero": torch.zeros(2, 3),
    "whole_large": torch.tensor([123456.0, 1.0e8, 100000.0]),
    "whole_larger": torch.tensor([3.0e8, 1.0e9]),
    "fractions": torch.tensor([0.5, 1.25, 3.14159265]),
    "fractions_negative": torch.tensor([[0.5, -0.25, 12.125], [-100.0625, 3.0, 0.0]]),
    "fractions_rounded": torch.tensor([0.00005, 0.99995, 0.12345, 0.12355]),
    "normal": torch.randn(4, 5),
    "small": torch.tensor([1e-5, 2e-5]),
    "tiny": torch.tensor([1e-40, 1.17549435e-38]),
    "mixed": torch.tensor([[1e-5, 1.0], [1e5, -3.0]]),
    "mixed_whole": torch.tensor([1.0, 20000.0, -7.0]),
    "mixed_thousand": torch.tensor([0.5, 500.0]),
    "mixed_over_thousand": torch.tensor([0.5, 500.5]),
    "nan_whole": torch.tensor([1.0, nan, 2.0]),
    "nan_inf": torch.tensor([1.5, nan, -inf, inf]),
    "inf_negative": torch.tensor([[-1.0, inf], [22.0, -inf]]),
    "only_nan": torch.tensor([nan, nan]),
    "mixed_nan": torch.tensor([1e-6, nan, 1e6]),
    "zero_negative": torch.tensor([0.0, -0.0, 1.0]),
    "scalar": torch.tensor(3.25),
    "scalar_whole": torch.tensor(-7.0),
    "scalar_small": torch.tensor(1.5e-7),
    "scalar_nan": torch.tensor(nan),
    "scalar_integer": torch.tensor(12),
    "integers": torch.tensor([[1, -20, 300], [4, 5, 6]]),
    "bytes": torch.arange(8, dtype=torch.uint8).reshape(2, 4),
    "double": torch.tensor([1.0 / 3, 2.0 / 3], dtype=torch.float64),
    "long_row": torch.arange(40).float() / 8,
    "long_integers": torch.arange(60) * 1000,
    "deep": torch.arange(24).reshape(2, 3, 4).float(),
    "deeper": torch.randn(2, 2, 2, 3),
    "large": torch.arange(2000).float(),
    "large_even": torch.arange(1200).reshape(30, 40),
    "large_fractions": torch.randn(50, 60),
    "large_thin": torch.randn(3, 500),
    "large_deep": torch.randn(8, 9, 30),
    "exactly_thousand": torch.arange(1000).float().reshape(100, 10),
}


def layout(tensor):
    text = re.sub(r"(,\s+dtype=[\w.]+)?\)$", "", str(tensor))
    assert text.startswith(PREFIX)
    lines = text[len(PREFIX):].split("\n")
    assert all(line == "" or line.startswith(" " * len(PREFIX)) for line in lines[1:]), text
    return "\n".join([lines[0]] + [line[len(PREFIX):] for line in lines[1:]])


goldens.save(
    "printing.safetensors", "printing.py", CASES, {f"text/{name}": layout(tensor) for name, tensor in CASES.items()})
