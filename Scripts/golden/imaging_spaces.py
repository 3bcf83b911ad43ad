"""Colour spaces, rotation, pyramids and histograms: Tests/Golden/imaging/spaces.safetensors and transforms.safetensors,
from scikit-image, OpenCV and numpy; Oklab from its author's published matrices."""
import cv2
import numpy as np
import skimage
import torch
from skimage import color, transform

import goldens

VERSIONS = {"scikit-image": skimage.__version__, "opencv": cv2.__version__, "numpy": np.__version__}
SHAPES = ((5, 7), (16, 3), (1, 40))

# https://bottosson.github.io/posts/oklab, linear sRGB and back.
OKLAB_LMS = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                      [0.0883024619, 0.2817188376, 0.6299787005]])
OKLAB_LAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
                      [0.0259040371, 0.7827717662, -0.8086757660]])
OKLAB_BACK_LMS = np.array([[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728],
                           [1, -0.0894841775, -1.2914855480]])
OKLAB_BACK_RGB = np.array([[4.0767416621, -3.3077115913, 0.2309699292], [-1.2684380046, 2.6097574011, -0.3413193965],
                           [-0.0041960863, -0.7034186147, 1.7076147010]])


def decoded(v):
    return np.where(v > 0.04045, ((v + 0.055) / 1.055) ** 2.4, v / 12.92)


def encoded(v):
    return np.where(v > 0.0031308, 1.055 * np.abs(v) ** (1 / 2.4) - 0.055, 12.92 * v)


def to_oklab(rgb):
    return np.cbrt(decoded(rgb) @ OKLAB_LMS.T) @ OKLAB_LAB.T


def from_oklab(lab):
    return encoded((lab @ OKLAB_BACK_LMS.T) ** 3 @ OKLAB_BACK_RGB.T)


def jpeg_ycbcr(rgb):
    """ITU-T T.871, by its definition."""
    y = rgb @ [0.299, 0.587, 0.114]
    return np.stack([y, (rgb[..., 2] - y) / 1.772 + 0.5, (rgb[..., 0] - y) / 1.402 + 0.5], axis=-1)


SPACES = {
    "gray": (lambda x: color.rgb2gray(x)[..., None], None),
    "linear": (decoded, encoded),
    "hsv": (color.rgb2hsv, color.hsv2rgb),
    "yiq": (color.rgb2yiq, color.yiq2rgb),
    "ycbcr": (color.rgb2ycbcr, color.ycbcr2rgb),
    "lab": (color.rgb2lab, color.lab2rgb),
    "oklab": (to_oklab, from_oklab),
    "full": (jpeg_ycbcr, None),
}


def planes(values):
    return torch.tensor(np.ascontiguousarray(np.moveaxis(np.asarray(values, np.float64), -1, 0)))


def spaces():
    tensors = {}
    rng = np.random.default_rng(6)
    for height, width in SHAPES:
        name = f"{height}x{width}"
        rgb = rng.random((height, width, 3))
        flat = rgb.reshape(-1, 3)
        # Greys, black, white, primaries, dark colours below the curves' knees, two equal largest channels.
        special = [[0, 0, 0], [1, 1, 1], [0.5] * 3, [1, 0, 0], [0, 1, 0], [0, 0, 1], [0.02, 0.01, 0.03],
                   [0.7, 0.7, 0.2], [0.2, 0.7, 0.7], [0.001, 0, 0]]
        flat[: len(special)] = special
        tensors[f"rgb/{name}"] = planes(rgb)
        for space, (there, back) in SPACES.items():
            tensors[f"to/{space}/{name}"] = planes(there(rgb))
            if back:
                # Colours of the space in their own right, not only what a conversion gave.
                other = there(rng.random((height, width, 3)))
                tensors[f"other/{space}/{name}"] = planes(other)
                tensors[f"from/{space}/{name}"] = planes(back(other))
    goldens.save("imaging/spaces.safetensors", "imaging_spaces.py", tensors, VERSIONS)


def expanded(image, degrees, order, fill):
    """Rotation whose result holds everything, by scikit-image's warp about the centres of both."""
    height, width = image.shape
    angle = np.deg2rad(degrees)
    c, s = np.cos(angle), np.sin(angle)
    wide = int(np.ceil(width * abs(c) + height * abs(s) - 1e-7))
    tall = int(np.ceil(width * abs(s) + height * abs(c) - 1e-7))
    # The result's pixel (x, y) to the picture's: the rows of y run downwards.
    turn = np.array([[c, -s], [s, c]])
    shift = np.array([(width - 1) / 2, (height - 1) / 2]) - turn @ np.array([(wide - 1) / 2, (tall - 1) / 2])
    matrix = np.eye(3)
    matrix[:2, :2], matrix[:2, 2] = turn, shift
    return transform.warp(image, transform.AffineTransform(matrix), output_shape=(tall, wide), order=order, cval=fill,
                          preserve_range=True, clip=False)


def transforms():
    tensors = {}
    rng = np.random.default_rng(7)
    orders = {"nearest": 0, "bilinear": 1, "bicubic": 3}
    for height, width in ((9, 14), (12, 7), (11, 11)):
        image = rng.random((height, width))
        size = f"{height}x{width}"
        tensors[f"plane/{size}"] = torch.tensor(image)
        for mode, order in orders.items():
            for degrees in (33.7, -120.3, 90, 180):
                if degrees == 90 and order == 0:
                    continue  # every position lies half way between two pixels
                key = f"{mode}/{size}/{degrees}"
                same = transform.rotate(image, degrees, order=order, cval=0.25, preserve_range=True, clip=False)
                tensors["rotate/" + key] = torch.tensor(same)
                if degrees % 90 == 0:
                    continue
                larger = expanded(image, degrees, order, 0.25)
                # Where sizes differ by an odd number, the middle lies half way between two pixels.
                if order or not (larger.shape[0] - height) % 2 and not (larger.shape[1] - width) % 2:
                    tensors["expand/" + key] = torch.tensor(larger)
    for height, width in ((16, 24), (13, 9), (6, 5), (3, 2), (1, 4)):
        image = rng.random((height, width))
        small = cv2.pyrDown(image)
        size = f"{height}x{width}"
        tensors[f"level/{size}"] = torch.tensor(image)
        tensors[f"down/{size}"] = torch.tensor(small.reshape((height + 1) // 2, (width + 1) // 2))
        tensors[f"up/{size}"] = torch.tensor(cv2.pyrUp(small, dstsize=(width, height)).reshape(height, width))
    for index, (bins, low, high) in enumerate(((10, 0, 1), (256, 0, 1), (7, -0.3, 1.1))):
        values = rng.normal(0.5, 0.4, (2, 30, 20)).astype(np.float32)
        values[0, 0, :8] = np.arange(8) / 10
        values[1, 0, :3] = (0, 1, np.nan)
        counts = [np.histogram(channel, bins, (low, high)) for channel in values]
        tensors[f"values/{index}"] = torch.tensor(values)
        tensors[f"counts/{index}"] = torch.tensor(np.stack([c for c, _ in counts]))
        tensors[f"edges/{index}"] = torch.tensor(counts[0][1].astype(np.float32))
        tensors[f"range/{index}"] = torch.tensor([low, high], dtype=torch.float64)
    goldens.save("imaging/transforms.safetensors", "imaging_spaces.py", tensors, VERSIONS)


if __name__ == "__main__":
    spaces()
    transforms()
