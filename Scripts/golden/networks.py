#!/usr/bin/env python3
"""Golden values of whole networks, made right after seeding: Tests/Golden/networks.safetensors.

VGG and SqueezeNet are torchvision's, the blocks of the U-Net diffusers'; the networks of Johnson et al. and of CAP-VSTNet are
written here in PyTorch from their descriptions. Weights and inputs are drawn again by the engine, so only results are stored.
"""
import json
import math
import os

os.environ["ATEN_CPU_CAPABILITY"] = "avx2"

import diffusers  # noqa: E402  (the variable must be set first)
import torch  # noqa: E402
import torchvision  # noqa: E402
from diffusers.models.resnet import ResnetBlock2D  # noqa: E402
from diffusers.models.transformers.transformer_2d import Transformer2DModel  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

import goldens  # noqa: E402

SEED, INPUT_SEED = 1, 2
MOST = 512


def sample(x):
    """At most MOST elements, evenly spread over memory by a step that has no factor in common with any size."""
    flat = x.detach().reshape(-1)
    step = max(-(-flat.numel() // MOST), 1)
    while math.gcd(step, flat.numel()) > 1:
        step += 1
    return flat[::step].float().clone()


class Features(nn.Module):
    """The part of a network before its classifier, under the names it has there."""

    def __init__(self, net):
        super().__init__()
        self.features = net.features

    def forward(self, x):
        return self.features(x)


class Johnson(nn.Module):
    """fast_neural_style of PyTorch's examples: reflection, instance norm, nearest enlargement."""

    class Conv(nn.Module):
        def __init__(self, inputs, outputs, kernel, stride=1, up=1):
            super().__init__()
            self.up, self.kernel = up, kernel
            self.conv2d = nn.Conv2d(inputs, outputs, kernel, stride)

        def forward(self, x):
            x = F.interpolate(x, scale_factor=self.up, mode="nearest") if self.up > 1 else x
            return self.conv2d(F.pad(x, [self.kernel // 2] * 4, mode="reflect"))

    class Residual(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.conv1, self.in1 = Johnson.Conv(channels, channels, 3), nn.InstanceNorm2d(channels, affine=True)
            self.conv2, self.in2 = Johnson.Conv(channels, channels, 3), nn.InstanceNorm2d(channels, affine=True)

        def forward(self, x):
            return x + self.in2(self.conv2(F.relu(self.in1(self.conv1(x)))))

    def __init__(self):
        super().__init__()
        self.conv1, self.in1 = Johnson.Conv(3, 32, 9), nn.InstanceNorm2d(32, affine=True)
        self.conv2, self.in2 = Johnson.Conv(32, 64, 3, 2), nn.InstanceNorm2d(64, affine=True)
        self.conv3, self.in3 = Johnson.Conv(64, 128, 3, 2), nn.InstanceNorm2d(128, affine=True)
        for number in range(1, 6):
            setattr(self, f"res{number}", Johnson.Residual(128))
        self.deconv1, self.in4 = Johnson.Conv(128, 64, 3, up=2), nn.InstanceNorm2d(64, affine=True)
        self.deconv2, self.in5 = Johnson.Conv(64, 32, 3, up=2), nn.InstanceNorm2d(32, affine=True)
        self.deconv3 = Johnson.Conv(32, 3, 9)

    def forward(self, x):
        for number in (1, 2, 3):
            x = F.relu(getattr(self, f"in{number}")(getattr(self, f"conv{number}")(x)))
        for number in range(1, 6):
            x = getattr(self, f"res{number}")(x)
        x = F.relu(self.in4(self.deconv1(x)))
        return self.deconv3(F.relu(self.in5(self.deconv2(x))))


def squeeze(x):
    """2×2 places into channels, block-major."""
    return torch.cat([x[:, :, sy::2, sx::2] for sy in (0, 1) for sx in (0, 1)], 1)


def spread(x):
    n, c, h, w = x.shape
    y = x.new_empty(n, c // 4, 2 * h, 2 * w)
    for place, part in enumerate(x.chunk(4, 1)):
        y[:, :, place // 2 :: 2, place % 2 :: 2] = part
    return y


class RevResNet(nn.Module):
    """CAP-VSTNet's network from its description."""

    class Block(nn.Module):
        def __init__(self, channels, stride):
            super().__init__()
            self.stride, inner = stride, channels // 4
            inputs = channels if stride == 1 else inner
            self.conv = nn.Sequential(
                nn.ReflectionPad2d(1), nn.Conv2d(inputs, inner, 3, stride), nn.ReLU(),
                nn.ReflectionPad2d(1), nn.Conv2d(inner, inner, 3), nn.ReLU(),
                nn.ReflectionPad2d(1), nn.Conv2d(inner, channels, 3))
            for part in self.conv:
                if isinstance(part, nn.Conv2d):
                    nn.init.zeros_(part.bias)

        def forward(self, state):
            one, two = state.chunk(2, 1)
            moved = squeeze if self.stride == 2 else lambda x: x
            return torch.cat([moved(two), self.conv(two) + moved(one)], 1)

    def __init__(self, spreads):
        super().__init__()
        self.spreads = spreads
        self.stack = nn.ModuleList(
            RevResNet.Block(channels, 2 if channels > 16 and number == 0 else 1)
            for channels in (16, 64, 256) for number in range(10))
        self.channel_reduction = nn.Module()
        self.channel_reduction.block_list = nn.ModuleList(RevResNet.Block(256, 1) for _ in range(2))

    def forward(self, x):
        x = torch.cat([x, x.new_zeros(x.shape[0], 29, *x.shape[2:])], 1)
        for block in [*self.stack, *self.channel_reduction.block_list]:
            x = block(x)
        for _ in range(self.spreads):
            x = spread(x)
        return x


def average(net):
    """VGG's poolings as means of windows, sizes rounded up."""
    for number, part in enumerate(net.features):
        if isinstance(part, nn.MaxPool2d):
            net.features[number] = nn.AvgPool2d(2, ceil_mode=True)
    return net


# Name: how the network is made, shapes of its inputs, factor and offset that take [0, 1) to its range, modules whose results
# and parameters whose gradients are stored.
VISION = (4.0, -2.0)
CASES = {
    "vgg19": (
        lambda: Features(torchvision.models.vgg19(weights=None, init_weights=False)), [(1, 3, 32, 32)], VISION,
        {"relu1_1": "features.1", "conv2_1": "features.5", "relu4_2": "features.22", "relu5_1": "features.29"},
        ["features.0.weight", "features.21.weight", "features.34.bias"]),
    "vgg16_avg": (
        lambda: average(Features(torchvision.models.vgg16(weights=None, init_weights=False))), [(1, 3, 38, 45)], VISION,
        {"pool1": "features.4", "relu3_3": "features.15"}, ["features.2.bias", "features.28.weight"]),
    "vgg16_classifier": (
        lambda: torchvision.models.vgg16(weights=None, init_weights=False).eval().requires_grad_(False), [(1, 3, 40, 32)],
        VISION, {"avgpool": "avgpool", "relu7": "classifier.4"}, []),
    "squeezenet": (
        lambda: torchvision.models.squeezenet1_0(weights=None).eval(), [(2, 3, 40, 33)], VISION,
        {"pool1": "features.2", "fire4": "features.5", "fire9": "features.12"},
        ["features.0.weight", "features.7.expand3x3.weight", "classifier.1.weight"]),
    "squeezenet11": (
        lambda: torchvision.models.squeezenet1_1(weights=None).eval(), [(1, 3, 40, 33)], VISION,
        {"pool3": "features.5"}, ["features.12.squeeze.weight"]),
    "johnson": (
        Johnson, [(1, 3, 32, 36)], (255.0, 0.0), {"in2": "in2", "res3": "res3", "deconv2": "deconv2"},
        ["conv1.conv2d.weight", "res2.in1.weight", "deconv3.conv2d.bias"]),
    "revresnet_photo": (
        lambda: RevResNet(2), [(1, 3, 16, 24)], (1.0, 0.0),
        {"stack.9": "stack.9", "stack.10": "stack.10", "channel_reduction.block_list.1": "channel_reduction.block_list.1"},
        ["stack.1.conv.1.weight", "stack.20.conv.4.weight", "channel_reduction.block_list.1.conv.7.bias"]),
    "revresnet_art": (lambda: RevResNet(1), [(1, 3, 16, 24)], (1.0, 0.0), {}, ["stack.3.conv.7.weight"]),
    "unet_resblock": (
        lambda: ResnetBlock2D(in_channels=64, out_channels=96, temb_channels=40, eps=1e-5), [(2, 64, 6, 5), (2, 40)], (4.0, -2.0), {},
        ["norm1.weight", "time_emb_proj.weight", "conv2.weight", "conv_shortcut.bias"]),
    "unet_transformer": (
        lambda: Transformer2DModel(8, 8, in_channels=64, cross_attention_dim=48), [(2, 64, 6, 5), (2, 7, 48)], (4.0, -2.0), {},
        ["transformer_blocks.0.attn1.to_q.weight", "transformer_blocks.0.attn2.to_k.weight",
         "transformer_blocks.0.ff.net.0.proj.weight", "norm.bias"]),
    "unet_transformer_320": (
        lambda: Transformer2DModel(8, 40, in_channels=320, cross_attention_dim=768), [(1, 320, 8, 8), (1, 77, 768)],
        (4.0, -2.0), {}, ["proj_in.weight"]),
    "unet_resblock_320": (
        lambda: ResnetBlock2D(in_channels=320, out_channels=320, temb_channels=1280, eps=1e-5), [(1, 320, 8, 8), (1, 1280)],
        (4.0, -2.0), {}, ["conv1.weight"]),
}


def run(name, net, inputs):
    if name.startswith("unet_transformer"):
        return net(inputs[0], encoder_hidden_states=inputs[1]).sample
    return net(*inputs)


def case(name):
    make, shapes, (factor, offset), features, parameters = CASES[name]
    torch.manual_seed(SEED)
    net = make()
    count = sum(p.numel() for p in net.parameters())
    net = net.double()
    torch.manual_seed(INPUT_SEED)
    inputs = [(torch.rand(shape) * factor + offset).double().requires_grad_() for shape in shapes]
    tensors, seen = {}, {}
    for feature, path in features.items():
        net.get_submodule(path).register_forward_hook(
            lambda module, x, y, feature=feature: seen.update({feature: y.clone()}))
    y = run(name, net, inputs)
    weights = torch.rand(y.shape).double() - 0.5
    (y * weights).sum().backward()
    tensors["output"] = sample(y)
    tensors |= {f"feature/{feature}": sample(value) for feature, value in seen.items()}
    tensors |= {f"gradient/input{number}": sample(x.grad) for number, x in enumerate(inputs)}
    tensors |= {f"gradient/{key}": sample(net.get_parameter(key).grad) for key in parameters}
    tensors |= {f"first/{key}": sample(net.get_parameter(key)) for key in parameters}
    return {f"{name}/{key}": value for key, value in tensors.items()}, {
        name: json.dumps({
            "count": count, "inputs": shapes, "factor": factor, "offset": offset, "output": list(y.shape),
            "names": list(net.state_dict())})}


if __name__ == "__main__":
    tensors, facts = {}, {"torchvision": torchvision.__version__, "diffusers": diffusers.__version__}
    for name in CASES:
        made, told = case(name)
        tensors, facts = tensors | made, facts | told
    goldens.save("networks.safetensors", "networks.py", tensors, facts)
