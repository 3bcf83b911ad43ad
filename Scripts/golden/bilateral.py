"""Golden values of the bilateral filter by OpenCV, on floats, and of the guided filter from OpenCV's box sums.

Writes Tests/Golden/bilateral.safetensors: see Tests/Golden/README.md.
"""
import json

import cv2
import numpy as np
import torch

import goldens

BORDERS = {
    "reflect_101": cv2.BORDER_REFLECT_101,
    "reflect": cv2.BORDER_REFLECT,
    "replicate": cv2.BORDER_REPLICATE,
    "zeros": cv2.BORDER_CONSTANT,
}
# diameter, sigma_color, sigma_space; 0: the diameter follows from sigma_space
SETTINGS = ((9, 0.3, 3.0), (0, 0.1, 1.7), (0, 1.5, 3.0), (4, 0.5, 2.0), (15, 0.05, 8.0))
PICTURES = {"color": (3, 21, 34), "grey": (1, 18, 19), "narrow": (3, 20, 9)}

tensors, metadata = {}, {}


def keep(case, result, **facts):
    tensors[case] = torch.from_numpy(np.ascontiguousarray(result, dtype=np.float32))
    metadata[case] = json.dumps(facts, sort_keys=True)


def planes(pixels):
    return np.atleast_3d(pixels).transpose(2, 0, 1)


def means(plane, radius):
    """Over windows cut off at the border."""
    def sums(values):
        size = (2 * radius + 1, 2 * radius + 1)
        return cv2.boxFilter(values, cv2.CV_64F, size, normalize=False, borderType=cv2.BORDER_CONSTANT)
    return sums(plane) / sums(np.ones_like(plane))


def guided(guide, picture, radius, eps):
    """He, Sun, Tang 2010, equations 5, 6, 8 (grey) and 19, 20, 21 (color), in f64."""
    guide, picture = guide.astype(np.float64), picture.astype(np.float64)
    mean = np.stack([means(plane, radius) for plane in guide])
    spread = np.stack([np.stack([means(a * b, radius) for b in guide]) for a in guide])
    spread = (spread - mean[:, None] * mean[None]).transpose(2, 3, 0, 1) + eps * np.eye(len(guide))
    result = []
    for plane in picture:
        here = means(plane, radius)
        together = np.stack([means(a * plane, radius) for a in guide]) - mean * here
        slopes = np.linalg.solve(spread, together.transpose(1, 2, 0)[..., None])[..., 0].transpose(2, 0, 1)
        height = here - (slopes * mean).sum(0)
        slopes = np.stack([means(np.ascontiguousarray(slope), radius) for slope in slopes])
        result.append((slopes * guide).sum(0) + means(height, radius))
    return np.stack(result)


def main():
    for picture, shape in PICTURES.items():
        goldens.seed("bilateral/" + picture)
        # Half noise, half steps, so that every sigma_color has something to keep and something to smooth.
        noise = torch.rand(*shape) * 0.4
        steps = (torch.arange(shape[2]) * 3 // shape[2]).float() * 0.3
        values = (noise + steps).float()
        tensors["picture/" + picture] = values
        pixels = np.ascontiguousarray(values.numpy().transpose(1, 2, 0))
        for diameter, color, space in SETTINGS:
            for border, number in BORDERS.items():
                if border != "reflect_101" and (picture != "color" or diameter != 9):
                    continue
                result = cv2.bilateralFilter(pixels, diameter, color, space, borderType=number)
                keep(f"bilateral/{picture}/{diameter}-{color}-{space}/{border}", planes(result), picture=picture,
                     diameter=diameter, sigmaColor=color, sigmaSpace=space, border=border)
    for guide, picture, radius, eps in (
            ("color", "color", 2, 0.01), ("color", "color", 5, 0.0001), ("grey", "grey", 1, 0.001),
            ("grey", "grey", 30, 0.1), ("color", "other", 3, 0.01), ("other", "color", 4, 0.02)):
        if "picture/other" not in tensors:
            goldens.seed("bilateral/other")
            tensors["picture/other"] = torch.rand(1, *PICTURES["color"][1:])
        result = guided(tensors["picture/" + guide].numpy(), tensors["picture/" + picture].numpy(), radius, eps)
        keep(f"guided/{guide}/{picture}/{radius}", result, picture=picture, guide=guide, radius=radius, eps=eps)
    metadata["opencv"] = cv2.__version__
    goldens.save("bilateral.safetensors", "bilateral.py", tensors, metadata)


main()
