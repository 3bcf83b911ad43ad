#!/usr/bin/env python3
"""Golden values of scikit-image's metrics and of multi-scale SSIM: Tests/Golden/metrics.safetensors.

scikit-image computes in f64 here, from the f32 pictures that the file holds. Multi-scale SSIM is written out below from
Wang, Simoncelli, Bovik 2003 and the authors' msssim.m (method "product"), over SciPy's filters.
"""
import json

import numpy as np
import scipy
import scipy.ndimage as ndi
import skimage
import skimage.metrics
import torch

import goldens

SHAPES = {"grey": (40, 53), "square": (11, 11), "colour": (3, 23, 31), "batch": (2, 3, 16, 12), "wide": (1, 12, 70)}
WANG = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
SIMILARITIES = {
    "wang": WANG,
    "plain": {"gaussian_weights": False, "use_sample_covariance": True},
    "uniform": {"gaussian_weights": False, "win_size": 5, "use_sample_covariance": False},
    "narrow": {"gaussian_weights": True, "sigma": 0.8, "use_sample_covariance": True},
    "constants": WANG | {"K1": 0.05, "K2": 0.2, "data_range": 2.5},
}
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)

tensors, facts = {}, {}


def pair(name, shape):
    """A smooth picture with an edge and noise, and the same with other noise and less contrast; kept as f32."""
    goldens.seed("metrics/" + name)
    grid = np.indices(shape[-2:]).sum(0) / sum(shape[-2:])
    smooth = torch.from_numpy(np.broadcast_to(np.where(grid > 0.6, 0.9, grid), shape).copy())
    a = (smooth + 0.15 * torch.randn(shape)).clamp(0, 1).float()
    b = (0.1 + 0.7 * a + 0.1 * torch.randn(shape)).clamp(0, 1).float()
    tensors[f"{name}/a"], tensors[f"{name}/b"] = a, b
    return a.double().numpy(), b.double().numpy()


def planes(x):
    return x.reshape(-1, *x.shape[-2:])


def similarities(name, a, b):
    for case, options in SIMILARITIES.items():
        values, maps = [], []
        for x, y in zip(planes(a), planes(b)):
            value, full = skimage.metrics.structural_similarity(x, y, **{"data_range": 1.0, "full": True} | options)
            values.append(value)
            maps.append(full)
        facts[f"{name}/ssim/{case}"] = {"options": options, "value": float(np.mean(values))}
        tensors[f"{name}/ssim/{case}/map"] = torch.from_numpy(np.reshape(maps, a.shape)).float()


def blurred(x):
    """Gaussian of 11 taps, sigma 1.5, where it lies wholly inside."""
    return ndi.gaussian_filter(x, 1.5, truncate=3.5)[5:-5, 5:-5]


def factors(x, y):
    c1, c2 = 0.01**2, 0.03**2
    mx, my = blurred(x), blurred(y)
    vx, vy, cov = blurred(x * x) - mx * mx, blurred(y * y) - my * my, blurred(x * y) - mx * my
    contrast = (2 * cov + c2) / (vx + vy + c2)
    return np.mean(contrast), np.mean(contrast * (2 * mx * my + c1) / (mx * mx + my * my + c1))


def edge_preservation(a, b):
    """Sattar et al. 1997: the correlation of the Laplacians of the luma, away from the border."""
    def edges(x):
        if x.ndim >= 3 and x.shape[-3] == 3:
            x = np.tensordot([0.299, 0.587, 0.114], np.moveaxis(x, -3, 0), 1)[..., None, :, :]
        return np.ravel([ndi.laplace(plane)[1:-1, 1:-1] for plane in planes(x)])
    return float(np.corrcoef(edges(a), edges(b))[0, 1])


def halved(x):
    """imfilter(x, ones(2) / 4, 'symmetric') and every second pixel."""
    x = np.pad(x, [(0, n % 2) for n in x.shape], mode="symmetric")
    return (x[::2, ::2] + x[1::2, ::2] + x[::2, 1::2] + x[1::2, 1::2]) / 4


def many_scales(x, y, weights):
    product = 1.0
    for scale, weight in enumerate(weights):
        contrast, similarity = factors(x, y)
        product *= max(similarity if scale == len(weights) - 1 else contrast, 0.0) ** weight
        x, y = halved(x), halved(y)
    return product


def main():
    for name, shape in SHAPES.items():
        a, b = pair(name, shape)
        facts[f"{name}/mse"] = {"value": skimage.metrics.mean_squared_error(a, b)}
        facts[f"{name}/psnr"] = {"value": skimage.metrics.peak_signal_noise_ratio(a, b, data_range=1.0)}
        facts[f"{name}/edge_preservation"] = {"value": edge_preservation(a, b)}
        if name == "square":  # the window's own size
            facts[f"{name}/ssim/wang"] = {
                "options": WANG, "value": skimage.metrics.structural_similarity(a, b, data_range=1.0, **WANG)}
        else:
            similarities(name, a, b)
    a, b = pair("scales", (161, 178))
    facts["scales/ms_ssim"] = {"value": many_scales(a, b, WEIGHTS), "weights": WEIGHTS}
    for weights in ((0.4, 0.6), (1.0,)):
        mean = np.mean([many_scales(x, y, weights) for x, y in ((a, b), (1 - a, b), (a[::-1], b))])
        facts[f"scales/ms_ssim/{len(weights)}"] = {"value": mean, "weights": weights}
    versions = {"skimage": skimage.__version__, "scipy": scipy.__version__}
    goldens.save("metrics.safetensors", "metrics.py", tensors, versions | {k: json.dumps(v) for k, v in facts.items()})


main()
