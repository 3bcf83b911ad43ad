"""Golden values of box, large Gaussians, unsharp, emboss, sobel, laplacian, gabor, canny, dog and posterize.

Each case is computed by the library named beside it (OpenCV, scikit-image, SciPy, Pillow), in double precision where
the library has it. Writes Tests/Golden/filters_linear.safetensors: see Tests/Golden/README.md.
"""
import json

import cv2
import numpy as np
import PIL
import PIL.Image
import PIL.ImageOps
import scipy
import scipy.ndimage as ndi
import skimage
import skimage.feature
import skimage.filters
import torch

import goldens

tensors, metadata = {}, {}
MIRROR = cv2.BORDER_REFLECT_101


def keep(case, result, picture="plain", **facts):
    result = np.array(result, order="C")
    tensors[case] = torch.from_numpy(result if result.dtype == np.uint8 else result.astype(np.float32))
    metadata[case] = json.dumps({"picture": picture, **facts}, sort_keys=True)


def planes(picture, work):
    return np.stack([work(plane) for plane in picture])


def agrees(ours, theirs, tolerance, what):
    difference = np.abs(ours - theirs).max()
    assert difference <= tolerance, f"{what} differs by {difference}"


def noise(name, *shape):
    goldens.seed("filters_linear/" + name)
    return torch.rand(*shape)


def scene():
    """A grey picture with discs, a slope and noise: something to find edges in."""
    y, x = np.mgrid[0:64, 0:66]
    picture = 0.3 + 0.002 * x + 0.1 * np.sin(y / 9)
    picture[(x - 22) ** 2 + (y - 22) ** 2 < 14**2] += 0.4
    picture[(x - 46) ** 2 / 2 + (y - 38) ** 2 < 13**2] -= 0.25
    picture[46:58, 6:24] = 0.9
    picture += 0.05 * noise("scene", 64, 66).numpy()
    return torch.from_numpy(picture[None].astype(np.float32))


def boxes(x):
    for columns, rows in ((3, 3), (5, 2), (4, 7), (9, 9), (21, 21), (60, 41)):
        for border, number in (("reflect_101", MIRROR), ("replicate", cv2.BORDER_REPLICATE)):
            result = planes(x, lambda p: cv2.blur(p, (columns, rows), borderType=number))
            if border == "replicate" and rows not in (2, 41):
                continue
            mode = "mirror" if border == "reflect_101" else "nearest"
            agrees(result, planes(x, lambda p: ndi.uniform_filter(p, (rows, columns), mode=mode)), 1e-9, "SciPy's box")
            keep(f"box/{columns}x{rows}/{border}", result, size=columns, height=rows, border=border)


def blurs(x):
    for sigma, border, mode in ((13.0, "reflect_101", "mirror"), (20.0, "zeros", "constant")):
        result = planes(x, lambda p: ndi.gaussian_filter(p, sigma, mode=mode, truncate=4))
        keep(f"gaussian/{sigma}/{border}", result, "scene", sigma=sigma, border=border)


def sharpened(x):
    for sigma, amount in ((1.0, 1.0), (2.0, 1.5), (0.6, 4.0)):
        result = skimage.filters.unsharp_mask(x, sigma, amount, channel_axis=0, preserve_range=True)
        keep(f"unsharp/{sigma}", result, sigma=sigma, amount=amount, border="reflect")


def reliefs(x):
    luma = np.tensordot([0.299, 0.587, 0.114], x, 1)
    classic = np.array([[-2.0, -1, 0], [-1, 0, 1], [0, 1, 2]])
    center = np.zeros((3, 3))
    center[1, 1] = 1
    relief = ndi.correlate(luma, classic, mode="mirror")
    keep("emboss/gray", np.stack([0.5 + relief] * 3), relief="gray", angle=135, depth=1)
    color = planes(x, lambda p: ndi.correlate(p, classic + center, mode="mirror"))
    agrees(color, planes(x, lambda p: cv2.filter2D(p, -1, classic + center, borderType=MIRROR)), 1e-12, "filter2D")
    keep("emboss/color", color, relief="color", angle=135, depth=1)
    # Light from the right: what falls to the right is bright.
    right = -np.sqrt(2) * ndi.prewitt(luma, 1, mode="mirror")
    keep("emboss/right", np.stack([0.5 + 0.5 * right] * 3), relief="gray", angle=0, depth=0.5)
    top = np.sqrt(2) * ndi.prewitt(luma, 0, mode="mirror")
    keep("emboss/top", np.stack([0.5 + 0.5 * top] * 3), relief="gray", angle=90, depth=0.5)


def slopes(x):
    for size in (3, 5, 7):
        for direction, (dx, dy) in {"x": (1, 0), "y": (0, 1)}.items():
            result = planes(x, lambda p: cv2.Sobel(p, -1, dx, dy, ksize=size, borderType=MIRROR))
            keep(f"sobel/raw/{size}/{direction}", result, size=size, direction=direction, normalize=False, scale=1)
    # scikit-image's magnitude is that of derivatives per step, divided by the root of two.
    result = planes(x, lambda p: skimage.filters.sobel(p, mode="mirror"))
    keep("sobel/magnitude", result, size=3, direction="magnitude", normalize=True, scale=1 / np.sqrt(2))
    for size in (3, 5, 7):
        result = planes(x, lambda p: cv2.Laplacian(p, -1, ksize=size, borderType=MIRROR))
        keep(f"laplacian/sobel/{size}", result, kind="sobel", size=size)
    four = planes(x, lambda p: cv2.Laplacian(p, -1, ksize=1, borderType=MIRROR))
    agrees(four, planes(x, lambda p: ndi.laplace(p, mode="mirror")), 1e-12, "SciPy's laplace")
    keep("laplacian/4", four, kind="4")
    eight = np.ones((3, 3)) - 9 * np.eye(3)[1][:, None] * np.eye(3)[1]
    keep("laplacian/8", planes(x, lambda p: cv2.filter2D(p, -1, eight, borderType=MIRROR)), kind="8")


def waves(x):
    for angle, wavelength, sigma, aspect, phase, size in (
        (0, 8, 3, 0.5, 0, None), (30, 6, 2, 1, 90, None), (135, 5, 2.5, 0.7, 40, 9), (200, 4, 1.5, 0.5, 0, 15)):
        kernel = cv2.getGaborKernel(
            (size or 0, size or 0), sigma, np.radians(angle), wavelength, aspect, np.radians(phase), cv2.CV_64F)
        result = planes(x, lambda p: cv2.filter2D(p, -1, kernel, borderType=MIRROR))
        facts = {"angle": angle, "wavelength": wavelength, "sigma": sigma, "aspect": aspect, "phase": phase}
        keep(f"gabor/{angle}", result, size=size, rows=kernel.shape[0], columns=kernel.shape[1], **facts)


def edges(x):
    for sigma, low, high in ((1.0, 0.1, 0.2), (1.0, 0.3, 0.8), (2.0, 0.1, 0.3), (0.0, 0.5, 1.2), (4.0, 0.02, 0.1)):
        result = skimage.feature.canny(x[0], sigma, low, high)
        keep(f"canny/{sigma}/{high}", result[None].astype(np.uint8), "scene", sigma=sigma, low=low, high=high)


def bands(x):
    for sigma, k in ((1.0, 1.6), (2.0, 2.0)):
        result = skimage.filters.difference_of_gaussians(x, sigma, sigma * k, mode="mirror", channel_axis=0)
        keep(f"dog/{sigma}", result, sigma=sigma, k=k)


def levels():
    values = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    tensors["picture/ramp"] = torch.from_numpy(values.astype(np.float32) / 255)
    for bits in (1, 2, 3, 5, 8):
        result = np.asarray(PIL.ImageOps.posterize(PIL.Image.fromarray(values[0]), bits))
        keep(f"posterize/{bits}", result[None], "ramp", bits=bits)


def main():
    tensors["picture/plain"] = noise("plain", 3, 12, 14)
    tensors["picture/scene"] = scene()
    plain, grey = (tensors["picture/" + name].numpy().astype(np.float64) for name in ("plain", "scene"))
    boxes(plain)
    blurs(grey)
    sharpened(plain)
    reliefs(plain)
    slopes(plain)
    waves(plain)
    edges(grey)
    bands(plain)
    levels()
    versions = {"opencv": cv2, "pillow": PIL, "scikit-image": skimage, "scipy": scipy}
    metadata.update({name: library.__version__ for name, library in versions.items()})
    goldens.save("filters_linear.safetensors", "filters_linear.py", tensors, metadata)


main()
