#!/usr/bin/env python3
"""Golden values of PyTorch's layers, made right after seeding: Tests/Golden/layers.safetensors."""
import copy
import os

os.environ["ATEN_CPU_CAPABILITY"] = "avx2"

import torch  # noqa: E402  (the variable must be set first)
from torch import nn  # noqa: E402

import goldens  # noqa: E402

SEED = 11
LAYERS = {
    "conv2d": (nn.Conv2d(4, 6, (3, 2), stride=2, padding=1, groups=2), (2, 4, 7, 6)),
    "conv2d_reflect": (nn.Conv2d(3, 4, 3, padding=2, dilation=2, bias=False, padding_mode="reflect"), (1, 3, 6, 5)),
    "conv_transpose2d": (nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1), (2, 3, 4, 3)),
    "linear": (nn.Linear(5, 3), (4, 5)),
    "group_norm": (nn.GroupNorm(2, 6), (2, 6, 3, 4)),
    "instance_norm": (nn.InstanceNorm2d(3, affine=True), (2, 3, 4, 5)),
    "batch_norm": (nn.BatchNorm2d(3, eps=1e-3, momentum=0.2), (4, 3, 2, 3)),
    "layer_norm": (nn.LayerNorm([3, 4]), (2, 3, 4)),
    "leaky_relu": (nn.LeakyReLU(0.2), (3, 4)),
    "elu": (nn.ELU(), (3, 4)),
    "gelu_tanh": (nn.GELU("tanh"), (3, 4)),
    "softplus": (nn.Softplus(beta=2.0), (3, 4)),
    "hardswish": (nn.Hardswish(), (3, 4)),
    "mish": (nn.Mish(), (3, 4)),
    "max_pool2d": (nn.MaxPool2d((2, 3), ceil_mode=True), (2, 3, 5, 7)),
    "avg_pool2d": (nn.AvgPool2d(3, 1, 1), (2, 3, 5, 4)),
    "adaptive_avg_pool2d": (nn.AdaptiveAvgPool2d((2, 3)), (2, 3, 5, 7)),
    "upsample_nearest": (nn.Upsample(scale_factor=2), (1, 2, 3, 4)),
    "upsample_bilinear": (nn.Upsample(size=(7, 5), mode="bilinear"), (1, 2, 3, 4)),
    "upsample_scales": (nn.Upsample(scale_factor=(2, 1.5), mode="bilinear"), (1, 2, 3, 4)),
    "sequential": (
        nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.Sequential(nn.SiLU(), nn.MaxPool2d(2))),
        (2, 3, 6, 6),
    ),
}
RESIZES = {
    "bicubic": {"size": (7, 3), "mode": "bicubic"},
    "bicubic_corners": {"size": (7, 3), "mode": "bicubic", "align_corners": True},
    "bicubic_antialias": {"size": (3, 4), "mode": "bicubic", "antialias": True},
    "bilinear_antialias": {"size": (3, 4), "mode": "bilinear", "antialias": True},
    "area": {"size": (3, 4), "mode": "area"},
    "nearest_scale": {"scale_factor": (1.7, 0.6), "mode": "nearest"},
    "bilinear_scale": {"scale_factor": (1.7, 0.6), "mode": "bilinear"},
}


def layers():
    """Layer by layer: first values, an input, results in training and after eval(); in f64, rounded once."""
    tensors, facts = {}, {}
    for name, (made, shape) in LAYERS.items():
        torch.manual_seed(SEED)
        for part in made.modules():
            if hasattr(part, "reset_parameters"):
                part.reset_parameters()
        x = torch.randn(shape)
        facts[name] = str(made)
        tensors |= {f"{name}/first/{key}": value.clone() for key, value in made.state_dict().items()}
        wide = copy.deepcopy(made).double()
        tensors[f"{name}/input"] = x
        tensors[f"{name}/training"] = wide(x.double()).float()
        tensors |= {f"{name}/after/{key}": value.to(made.state_dict()[key].dtype) for key, value in wide.state_dict().items()}
        tensors[f"{name}/eval"] = wide.eval()(x.double()).float()
    return tensors, facts


def resizes():
    goldens.seed("layers/resizes")
    x = torch.randn(2, 2, 5, 6)
    results = {f"resize/{name}": nn.functional.interpolate(x.double(), **o).float() for name, o in RESIZES.items()}
    return {"resize/input": x} | results


def dropout():
    tensors = {}
    for p in (0.3, 0.5):
        torch.manual_seed(SEED)
        tensors[f"dropout/{p}"] = nn.functional.dropout(torch.full((40, 25), 3.0), p)
        tensors[f"dropout/{p}/next"] = torch.rand(4)
    return tensors


if __name__ == "__main__":
    # With MKL on Intel processors dropout draws from another stream; the portable one is the one to follow.
    assert "GenuineIntel" not in open("/proc/cpuinfo").read()
    tensors, facts = layers()
    goldens.save("layers.safetensors", "layers.py", tensors | resizes() | dropout(), facts | {"seed": str(SEED)})
