"""The networks of the workloads in PyTorch, with random weights: time does not depend on them."""
import torch
from torch import nn
from torch.nn import functional as F

VGG19 = [64, 64, "M", 128, 128, "M", 256, 256, 256, 256, "M", 512, 512, 512, 512, "M", 512]


class Vgg19(nn.Module):
    """VGG-19 up to relu5_1 with weights that stay (Simonyan & Zisserman 2015); gives features by name."""

    def __init__(self):
        super().__init__()
        self.steps, channels, block, number = nn.ModuleList(), 3, 1, 1
        self.names = []
        for width in VGG19:
            if width == "M":
                self.steps.append(nn.MaxPool2d(2))
                self.names.append(None)
                block, number = block + 1, 1
            else:
                self.steps.append(nn.Sequential(nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(inplace=True)))
                self.names.append(f"relu{block}_{number}")
                channels, number = width, number + 1
        self.requires_grad_(False)

    def forward(self, x, wanted):
        found = {}
        for name, step in zip(self.names, self.steps):
            x = step(x)
            if name in wanted:
                found[name] = x
                if len(found) == len(wanted):
                    break
        return found


def gram(x):
    n, c, h, w = x.shape
    x = x.reshape(n, c, h * w)
    return x @ x.transpose(1, 2) / (c * h * w)


def style_loss(features, grams, layers):
    return sum(F.mse_loss(gram(features[layer]), grams[layer]) for layer in layers)


class Padded(nn.Sequential):
    def __init__(self, inputs, outputs, kernel, stride=1):
        super().__init__(nn.ReflectionPad2d(kernel // 2), nn.Conv2d(inputs, outputs, kernel, stride))


def normalized(channels):
    return nn.InstanceNorm2d(channels, affine=True)


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.body = nn.Sequential(
            Padded(channels, channels, 3), normalized(channels), nn.ReLU(), Padded(channels, channels, 3),
            normalized(channels))

    def forward(self, x):
        return x + self.body(x)


def johnson():
    """The feed-forward network of Johnson et al. 2016, as PyTorch's examples have it."""
    return nn.Sequential(
        Padded(3, 32, 9), normalized(32), nn.ReLU(), Padded(32, 64, 3, 2), normalized(64), nn.ReLU(),
        Padded(64, 128, 3, 2), normalized(128), nn.ReLU(), *[Residual(128) for _ in range(5)],
        nn.Upsample(scale_factor=2), Padded(128, 64, 3), normalized(64), nn.ReLU(),
        nn.Upsample(scale_factor=2), Padded(64, 32, 3), normalized(32), nn.ReLU(), Padded(32, 3, 9))


def squeeze(x):
    """2 × 2 places become channels, whole blocks of channels one after the other."""
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).permute(0, 3, 5, 1, 2, 4).reshape(n, 4 * c, h // 2, w // 2)


def unsqueeze(x):
    n, c, h, w = x.shape
    return x.reshape(n, 2, 2, c // 4, h, w).permute(0, 3, 4, 1, 5, 2).reshape(n, c // 4, 2 * h, 2 * w)


class Reversible(nn.Module):
    """(x1, x2) → (S(x2), F(x2) + S(x1))."""

    def __init__(self, channels, stride):
        super().__init__()
        inputs, narrow = channels // (4 if stride == 2 else 1), channels // 4
        self.stride = stride
        self.residual = nn.Sequential(
            Padded(inputs, narrow, 3, stride), nn.ReLU(), Padded(narrow, narrow, 3), nn.ReLU(),
            Padded(narrow, channels, 3))

    def forward(self, x1, x2):
        y = self.residual(x2)
        if self.stride == 2:
            x1, x2 = squeeze(x1), squeeze(x2)
        return x2, y + x1

    def inverse(self, a, b):
        x2 = unsqueeze(a) if self.stride == 2 else a
        x1 = b - self.residual(x2)
        return unsqueeze(x1) if self.stride == 2 else x1, x2


class RevResNet(nn.Module):
    """The photorealistic network of CAP-VSTNet (Wen, Gao & Zou, CVPR 2023): pictures to 32 channels and back."""

    def __init__(self):
        super().__init__()
        plan = [(16, 1)] * 10 + [(64, 2)] + [(64, 1)] * 9 + [(256, 2)] + [(256, 1)] * 11
        self.blocks = nn.ModuleList(Reversible(channels, stride) for channels, stride in plan)

    def forward(self, x):
        halves = torch.chunk(F.pad(x, (0, 0, 0, 0, 0, 29)), 2, 1)
        for block in self.blocks:
            halves = block(*halves)
        return unsqueeze(unsqueeze(torch.cat(halves, 1)))

    def inverse(self, z):
        halves = torch.chunk(squeeze(squeeze(z)), 2, 1)
        for block in reversed(self.blocks):
            halves = block.inverse(*halves)
        return torch.cat(halves, 1)[:, :3]


class ResBlock(nn.Module):
    """A residual block of Stable Diffusion's U-Net."""

    def __init__(self, channels=320, time=1280):
        super().__init__()
        self.first = nn.Sequential(
            nn.GroupNorm(32, channels), nn.SiLU(), nn.Conv2d(channels, channels, 3, padding=1))
        self.time = nn.Sequential(nn.SiLU(), nn.Linear(time, channels))
        self.second = nn.Sequential(
            nn.GroupNorm(32, channels), nn.SiLU(), nn.Conv2d(channels, channels, 3, padding=1))

    def forward(self, x, time):
        return x + self.second(self.first(x) + self.time(time)[:, :, None, None])


class Attention(nn.Module):
    def __init__(self, channels, context, heads=8):
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(channels, channels, bias=False)
        self.k = nn.Linear(context, channels, bias=False)
        self.v = nn.Linear(context, channels, bias=False)
        self.out = nn.Linear(channels, channels)

    def forward(self, x, context):
        def split(y):
            return y.reshape(y.shape[0], y.shape[1], self.heads, -1).transpose(1, 2)

        y = F.scaled_dot_product_attention(split(self.q(x)), split(self.k(context)), split(self.v(context)))
        return self.out(y.transpose(1, 2).reshape(x.shape))


class Transformer(nn.Module):
    """A transformer block of Stable Diffusion's U-Net."""

    def __init__(self, channels=320, context=768):
        super().__init__()
        self.norm, self.proj_in = nn.GroupNorm(32, channels, eps=1e-6), nn.Conv2d(channels, channels, 1)
        self.norms = nn.ModuleList(nn.LayerNorm(channels) for _ in range(3))
        self.itself, self.context = Attention(channels, channels), Attention(channels, context)
        self.gate, self.back = nn.Linear(channels, 8 * channels), nn.Linear(4 * channels, channels)
        self.proj_out = nn.Conv2d(channels, channels, 1)

    def forward(self, x, context):
        n, c, h, w = x.shape
        y = self.proj_in(self.norm(x)).flatten(2).transpose(1, 2)
        own = self.norms[0](y)
        y = y + self.itself(own, own)
        y = y + self.context(self.norms[1](y), context)
        a, g = self.gate(self.norms[2](y)).chunk(2, -1)
        y = y + self.back(a * F.gelu(g))
        return x + self.proj_out(y.transpose(1, 2).reshape(n, c, h, w))
