"""Golden values of the linear filters and of XDoG, by SciPy in double precision; OpenCV must agree where it has them.

Writes Tests/Golden/filters.safetensors: see Tests/Golden/README.md.
"""
import json

import cv2
import numpy as np
import scipy
import scipy.ndimage as ndi
import torch

import goldens

# Border rule: SciPy's name and OpenCV's number (None: OpenCV's filters do not have it).
BORDERS = {
    "reflect_101": ("mirror", cv2.BORDER_REFLECT_101),
    "reflect": ("reflect", cv2.BORDER_REFLECT),
    "replicate": ("nearest", cv2.BORDER_REPLICATE),
    "zeros": ("constant", cv2.BORDER_CONSTANT),
    "circular": ("wrap", None),
}
PICTURES = {"plain": (3, 13, 17), "dot": (1, 1, 1), "row": (2, 1, 7), "column": (1, 6, 1)}
KERNELS = {"3x3": (3, 3), "3x5": (3, 5), "2x2": (2, 2), "4x3": (4, 3), "1x6": (1, 6), "5x1": (5, 1), "21x30": (21, 30)}

tensors, metadata = {}, {}


def draw(name, *shape, normal=False):
    goldens.seed("filters/" + name)
    values = torch.randn(*shape) if normal else torch.rand(*shape)
    tensors[name] = values
    return values.numpy().astype(np.float64)


def keep(case, result, **facts):
    tensors[case] = torch.from_numpy(np.ascontiguousarray(result, dtype=np.float32))
    metadata[case] = json.dumps(facts, sort_keys=True)


def planes(picture, work):
    return np.stack([work(plane) for plane in picture])


def agrees(ours, theirs, tolerance, what):
    difference = np.abs(ours - theirs).max()
    assert difference <= tolerance, f"OpenCV differs by {difference} in {what}"


def convolutions(pictures, kernels):
    for picture, values in pictures.items():
        for kernel, weights in kernels.items():
            for border, (mode, number) in BORDERS.items():
                if picture != "plain" and kernel not in ("3x3", "4x3", "21x30"):
                    continue
                if border not in ("reflect_101", "circular") and kernel in ("3x5", "1x6", "5x1"):
                    continue
                result = planes(values, lambda plane: ndi.correlate(plane, weights, mode=mode))
                keep(f"convolve/{picture}/{kernel}/{border}", result, kernel=kernel, border=border, picture=picture)
                if number is not None and picture == "plain" and kernel != "21x30":
                    theirs = planes(values, lambda plane: cv2.filter2D(plane, -1, weights, borderType=number))
                    agrees(result, theirs, 1e-12, f"filter2D {kernel} {border}")
    for kernel in ("3x3", "2x2", "4x3"):
        result = planes(pictures["plain"], lambda plane: ndi.convolve(plane, kernels[kernel], mode="mirror"))
        keep(f"convolve/plain/{kernel}/flip", result, kernel=kernel, border="reflect_101", picture="plain", flip=True)


def blurs(pictures):
    for picture, values in pictures.items():
        for sigma, truncate in ((0.0, 4), (0.3, 4), (1.3, 4), (2.0, 3), (11.0, 4)):
            for border, (mode, number) in BORDERS.items():
                if picture != "plain" and sigma not in (1.3, 11.0):
                    continue
                if sigma == 0:
                    result = values
                else:
                    result = planes(
                        values, lambda plane: ndi.gaussian_filter(plane, sigma, mode=mode, truncate=truncate))
                name = f"gaussian/{picture}/{sigma}/{border}"
                keep(name, result, sigma=sigma, truncate=truncate, border=border, picture=picture)
                if number is not None and picture == "plain" and 0 < sigma < 11:
                    size = 2 * int(truncate * sigma + 0.5) + 1
                    theirs = planes(
                        values, lambda plane: cv2.GaussianBlur(plane, (size, size), sigma, borderType=number))
                    agrees(result, theirs, 1e-6, f"GaussianBlur {sigma} {border}")


def luminance(picture):
    return np.tensordot([0.299, 0.587, 0.114], picture, 1) if len(picture) == 3 else picture[0]


def inks(pictures):
    for picture, values in pictures.items():
        for form, sigma, k, weight, epsilon, phi in (
            ("p", 1.4, 1.6, 21.7, 0.31, 4.3), ("p", 0.7, 2.0, 3.0, 0.6, 9.0), ("tau", 0.8, 1.6, 0.98, -0.02, 30.0)):
            y = luminance(values)
            narrow, wide = (ndi.gaussian_filter(y, s, mode="mirror", truncate=4) for s in (sigma, sigma * k))
            u = (1 + weight) * narrow - weight * wide if form == "p" else narrow - weight * wide
            ink = np.where(u >= epsilon, 1, 1 + np.tanh(phi * (u - epsilon)))
            result = np.stack([ink] * len(values))
            if len(values) == 2:
                result[1] = values[1]  # alpha stays
            facts = {form: weight, "sigma": sigma, "k": k, "epsilon": epsilon, "phi": phi}
            keep(f"xdog/{picture}/{form}{sigma}", result, picture=picture, **facts)


def directions(picture):
    """The smoothed structure tensor, from SciPy's Sobel operator divided by 8: derivatives per pixel."""
    fields = []
    for a, b in ((1, 1), (1, 0), (0, 0)):
        product = sum(
            ndi.sobel(plane, a, mode="mirror") * ndi.sobel(plane, b, mode="mirror") / 64 for plane in picture)
        fields.append(ndi.gaussian_filter(product, 2.0, mode="mirror", truncate=4))
    keep("structure/plain", np.stack(fields), picture="plain", smoothing=2.0)


def main():
    pictures = {name: draw("picture/" + name, *shape) for name, shape in PICTURES.items()}
    kernels = {name: draw("kernel/" + name, *shape, normal=True) for name, shape in KERNELS.items()}
    convolutions(pictures, kernels)
    blurs(pictures)
    inks(pictures)
    directions(pictures["plain"])
    metadata["scipy"], metadata["opencv"] = scipy.__version__, cv2.__version__
    goldens.save("filters.safetensors", "filters.py", tensors, metadata)


main()
