#!/usr/bin/env python3
"""Golden values of PyTorch's layers, made right after seeding: Tests/Golden/layers.safetensors."""
import copy
import os

os.environ["ATEN_CPU_CAPABILITY"] = "avx2"

import torch  # noqa: E402  (the variable must be set first)
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

import goldens  # noqa: E402

SEED = 11
LAYERS = {
    "conv2d": (nn.Conv2d(4, 6, (3, 2), stride=2, padding=1, groups=2), (2, 4, 7, 6)),
    "conv2d_reflect": (nn.Conv2d(3, 4, 3, padding=2, dilation=2, bias=False, padding_mode="reflect"), (1, 3, 6, 5)),
    "conv_transpose2d": (nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1), (2, 3, 4, 3)),
    "conv2d_same": (nn.Conv2d(3, 4, (3, 4), padding="same", dilation=(1, 2)), (1, 3, 6, 7)),
    "conv2d_same_circular": (nn.Conv2d(3, 4, (4, 3), padding="same", padding_mode="circular"), (2, 3, 6, 7)),
    "conv2d_valid": (nn.Conv2d(3, 4, 3, stride=2, padding="valid"), (1, 3, 6, 7)),
    "conv2d_replicate": (nn.Conv2d(3, 4, 3, stride=2, padding=(1, 2), padding_mode="replicate"), (1, 3, 6, 5)),
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
    "relu6": (nn.ReLU6(), (3, 4)),
    "hardtanh": (nn.Hardtanh(-0.5, 0.75), (3, 4)),
    "hardsigmoid": (nn.Hardsigmoid(), (3, 4)),
    "log_sigmoid": (nn.LogSigmoid(), (3, 4)),
    "softsign": (nn.Softsign(), (3, 4)),
    "zero_pad2d": (nn.ZeroPad2d((1, -1, 0, 2)), (2, 3, 4, 5)),
    "constant_pad2d": (nn.ConstantPad2d((1, 2, 3, 0), 3.5), (3, 4, 5)),
    "reflection_pad2d": (nn.ReflectionPad2d(2), (2, 3, 4, 5)),
    "replication_pad2d": (nn.ReplicationPad2d((3, 1, 2, 0)), (2, 3, 4, 5)),
    "circular_pad2d": (nn.CircularPad2d((2, 1, 3, 0)), (2, 3, 4, 5)),
    "pixel_shuffle": (nn.PixelShuffle(2), (2, 8, 3, 2)),
    "pixel_unshuffle": (nn.PixelUnshuffle(3), (1, 2, 6, 3)),
    "unfold": (nn.Unfold((3, 2), dilation=(1, 2), padding=1, stride=2), (2, 3, 5, 6)),
    "fold": (nn.Fold((4, 5), 2), (2, 12, 12)),
    "adaptive_max_pool2d": (nn.AdaptiveMaxPool2d((2, 3)), (2, 3, 5, 7)),
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
    results = {f"resize/{name}": F.interpolate(x.double(), **o).float() for name, o in RESIZES.items()}
    return {"resize/input": x} | results


def croppings():
    """Paddings and croppings by explicit slices; (kernel, stride, height, width) by name."""
    tensors = {}
    for name, (kernel, stride, height, width) in {
        "k3s2": (3, 2, 6, 5), "k4s2": (4, 2, 6, 7), "k9s1": (9, 1, 7, 8), "k2s3": (2, 3, 5, 4), "k5s3": (5, 3, 7, 6),
    }.items():
        goldens.seed(f"croppings/{name}")
        x, w, b = torch.randn(2, 3, height, width), torch.randn(3, 3, kernel, kernel), torch.randn(3)
        tensors |= {f"crop/{name}/input": x, f"crop/{name}/weight": w, f"crop/{name}/bias": b}
        x, w, b = x.double(), w.double(), b.double()
        pads = []
        for size in (width, height):
            total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            pads += [total // 2, total - total // 2]
        tensors[f"crop/{name}/conv_same"] = F.conv2d(F.pad(x, pads), w, b, stride).float()
        full = F.conv_transpose2d(x, w, None, stride)
        tensors[f"crop/{name}/valid"] = (full + b[:, None, None]).float()
        top = max(kernel - stride, 0) // 2
        rows, columns = height * stride, width * stride
        kept = full[:, :, top : top + rows, top : top + columns]
        kept = F.pad(kept, (0, columns - kept.shape[3], 0, rows - kept.shape[2]))
        tensors[f"crop/{name}/same"] = (kept + b[:, None, None]).float()
        if name == "k3s2":
            torch.testing.assert_close(full[:, :, :rows, :columns], kept)
            tensors["crop/k3s2/first"] = (full[:, :, 1:, 1:] + b[:, None, None]).float()
    return tensors


def dropout():
    tensors = {}
    for p in (0.3, 0.5):
        torch.manual_seed(SEED)
        tensors[f"dropout/{p}"] = F.dropout(torch.full((40, 25), 3.0), p)
        tensors[f"dropout/{p}/next"] = torch.rand(4)
    return tensors


if __name__ == "__main__":
    # With MKL on Intel processors dropout draws from another stream; the portable one is the one to follow.
    assert "GenuineIntel" not in open("/proc/cpuinfo").read()
    tensors, facts = layers()
    goldens.save("layers.safetensors", "layers.py", tensors | resizes() | croppings() | dropout(), facts | {"seed": str(SEED)})
