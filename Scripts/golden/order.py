"""Golden values of filters that sort, and of error diffusion: SciPy, OpenCV and Pillow, which must agree with each other.

Writes Tests/Golden/order.safetensors: see Tests/Golden/README.md.
"""
import json

import cv2
import numpy as np
import PIL
import scipy
import scipy.ndimage as ndi
import torch
from PIL import Image

import goldens

MODES = {
    "reflect_101": "mirror", "reflect": "reflect", "replicate": "nearest", "zeros": "constant", "circular": "wrap",
}
PICTURES = {"plain": (2, 12, 24), "row": (1, 1, 20), "column": (1, 19, 1)}
SHAPES = {"rectangle": cv2.MORPH_RECT, "ellipse": cv2.MORPH_ELLIPSE, "cross": cv2.MORPH_CROSS}

tensors, metadata = {}, {}


def keep(case, result, **facts):
    tensors[case] = torch.from_numpy(np.ascontiguousarray(result, dtype=np.float32))
    metadata[case] = json.dumps(facts, sort_keys=True)


def planes(picture, work):
    return np.stack([work(plane).reshape(plane.shape) for plane in picture])


def medians(name, values):
    for size in (3, 5, 7, 9, 15):
        for border, mode in MODES.items():
            if border not in ("replicate", "circular") and (name != "plain" or size not in (3, 9)):
                continue
            result = planes(values, lambda plane: ndi.median_filter(plane, size, mode=mode))
            keep(f"median/{name}/{size}/{border}", result, picture=name, size=size, border=border)
            if border == "replicate" and size <= 5:
                theirs = planes(values, lambda plane: cv2.medianBlur(plane, size))
                assert (theirs == result).all(), f"medianBlur {name} {size}"


def extremes(name, values):
    for shape, number in SHAPES.items():
        for size in (1, 2, 3, 5, 8, 21):
            kernel = cv2.getStructuringElement(number, (size, size))
            keep(f"erode/{name}/{shape}/{size}", planes(values, lambda plane: cv2.erode(plane, kernel)),
                 picture=name, shape=shape, size=size)
            if size in (2, 5):
                keep(f"dilate/{name}/{shape}/{size}", planes(values, lambda plane: cv2.dilate(plane, kernel)),
                     picture=name, shape=shape, size=size)


def diffused(name, values):
    levels = np.rint(values * 255).astype(np.uint8)
    tensors["levels/" + name] = torch.from_numpy(levels.astype(np.float32) / 255)
    result = planes(levels, lambda plane: np.array(Image.fromarray(plane).convert("1")))
    keep(f"diffusion/{name}", result, picture=name)


def main():
    for name, shape in PICTURES.items():
        goldens.seed("order/" + name)
        # Some values are equal to others.
        values = (torch.rand(*shape) * 1.2).clamp(0, 1)
        tensors["picture/" + name] = values
        medians(name, values.numpy())
        extremes(name, values.numpy())
        diffused(name, values.numpy())
    ramp = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (40, 1))[None]
    diffused("ramp", ramp)
    metadata["scipy"], metadata["opencv"] = scipy.__version__, cv2.__version__
    metadata["pillow"] = PIL.__version__
    goldens.save("order.safetensors", "order.py", tensors, metadata)


main()
