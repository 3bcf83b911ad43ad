"""Golden values of the domain transform and what is built on it, of L0 smoothing and of anisotropic diffusion: the
papers' formulas in NumPy in double precision. OpenCV, its ximgproc and medpy must agree where they have them.

Needs torch, scipy, scikit-image, opencv-contrib-python, medpy. Writes Tests/Golden/filters_domain.safetensors: see
Tests/Golden/README.md.
"""
import importlib.metadata
import json

import cv2
import numpy as np
import scipy
import scipy.sparse as sparse
import scipy.sparse.linalg
import skimage
import torch
from medpy.filter.smoothing import anisotropic_diffusion
from skimage.color import lab2rgb, rgb2lab

import goldens

PICTURES = {"plain": (3, 20, 23), "grey": (1, 13, 18), "row": (3, 1, 9), "column": (1, 7, 1), "dot": (3, 1, 1)}
tensors, metadata = {}, {}


def draw(name, channels, height, width):
    """Areas of one color, a slope and noise, in whole levels of 255 so that OpenCV can have the same."""
    goldens.seed("filters/domain/" + name)
    blocks = torch.rand(channels, -(-height // 8), -(-width // 8)).repeat_interleave(8, 1).repeat_interleave(8, 2)
    values = 0.7 * blocks[:, :height, :width] + 0.1 * torch.linspace(0, 1, width) + 0.12 * torch.rand(channels, height, width)
    tensors["picture/" + name] = torch.round(values * 255) / 255
    return np.round(values.numpy().astype(np.float64) * 255) / 255


def keep(case, result, **facts):
    tensors[case] = torch.from_numpy(np.ascontiguousarray(result, dtype=np.float32))
    metadata[case] = json.dumps(facts, sort_keys=True)


def levels(picture):
    """As OpenCV has it: bytes, blue first."""
    return np.ascontiguousarray(np.round(picture * 255).astype(np.uint8).transpose(1, 2, 0)[:, :, ::-1])


def planes(theirs):
    return theirs[:, :, ::-1].transpose(2, 0, 1) / 255.0


def agrees(ours, theirs, tolerance, what):
    """Bytes round by half a level; the difference is kept in the file."""
    difference = np.abs(np.clip(ours, 0, 1) - theirs).max()
    metadata["difference/" + what] = f"{difference * 255:.4f} levels of 255"
    print(f"{what}: {difference * 255:.4f} levels")
    assert difference <= tolerance, f"{what} differs by {difference}"


# ---- the domain transform ----


def turned(values):
    return values.swapaxes(-1, -2)


def deviations(sigma, iterations):
    return [sigma * np.sqrt(3) * 2.0 ** (iterations - i) / np.sqrt(4.0**iterations - 1) for i in range(1, iterations + 1)]


def distances(picture, ratio):
    steps = np.ones(picture.shape[1:])
    steps[:, 1:] += ratio * np.abs(np.diff(picture, axis=2)).sum(0)
    return steps


def recursive(picture, steps, sigma):
    feedback = np.exp(-np.sqrt(2) / sigma * steps)
    y = picture.copy()
    for j in range(1, y.shape[2]):
        y[:, :, j] += feedback[:, j] * (y[:, :, j - 1] - y[:, :, j])
    for j in range(y.shape[2] - 2, -1, -1):
        y[:, :, j] += feedback[:, j + 1] * (y[:, :, j + 1] - y[:, :, j])
    return y


def boxes(steps, sigma):
    """For each pixel, how many places lie at or below the lower and the upper end of its box."""
    radius = np.sqrt(3) * sigma
    at = np.cumsum(steps, 1)
    ends = [[np.searchsorted(row, row + side, side="right") for row in at] for side in (-radius, radius)]
    return np.array(ends[0]), np.array(ends[1])


def normalized(picture, steps, sigma):
    low, high = boxes(steps, sigma)
    result = np.empty_like(picture)
    for y, x in np.ndindex(low.shape):
        result[:, y, x] = picture[:, y, low[y, x] : high[y, x]].mean(1)
    return result


def interpolated(picture, steps, sigma):
    radius = np.sqrt(3) * sigma
    at = np.cumsum(steps, 1)
    result = np.empty_like(picture)
    for c, y, x in np.ndindex(picture.shape):
        # Straight lines are integrated exactly by their values at the knots inside and at both ends.
        low, high = at[y, x] - radius, at[y, x] + radius
        knots = np.concatenate([[low], at[y][(at[y] > low) & (at[y] < high)], [high]])
        result[c, y, x] = np.trapezoid(np.interp(knots, at[y], picture[c, y]), knots) / (2 * radius)
    return result


MODES = {"recursive": recursive, "normalized": normalized, "interpolated": interpolated}


def domain(picture, space, color, mode="recursive", iterations=3):
    across, down = distances(picture, space / color), distances(turned(picture), space / color)
    y = picture
    for sigma in deviations(space, iterations):
        y = MODES[mode](y, across, sigma)
        y = turned(MODES[mode](turned(y), down, sigma))
    return y


def domains(pictures):
    for name, values in pictures.items():
        for mode in MODES:
            for space, color, iterations in ((8, 0.4, 3), (60, 0.4, 3), (3, 1.5, 1)):
                if name != "plain" and space != 8:
                    continue
                result = domain(values, space, color, mode, iterations)
                keep(f"domain/{name}/{mode}/{space}", result, picture=name, mode=mode, space=space, color=color,
                     iterations=iterations)
                if name != "plain":
                    continue
                number = {"recursive": cv2.ximgproc.DTF_RF, "normalized": cv2.ximgproc.DTF_NC,
                          "interpolated": cv2.ximgproc.DTF_IC}[mode]
                guide = np.ascontiguousarray(levels(values))
                floats = guide.astype(np.float32) / 255
                theirs = cv2.ximgproc.dtFilter(guide, floats, space, color * 255, mode=number, numIters=iterations)
                agrees(result, planes(theirs * 255.0), 1e-4, f"ximgproc.dtFilter {mode} {space}")
                if iterations == 3 and mode != "interpolated":
                    theirs = planes(cv2.edgePreservingFilter(guide, flags=1 if mode == "recursive" else 2, sigma_s=space,
                                                             sigma_r=color))
                    # OpenCV's first column is a division by 0 where a whole row lies within the box.
                    agrees(result[:, 1:, 1:], theirs[:, 1:, 1:], 0.51 / 255, f"edgePreservingFilter {mode} {space}")


def styles(picture):
    theirs = levels(picture)
    for space, color in ((10, 0.15),):
        lab = rgb2lab(picture, channel_axis=0)
        smooth = domain(lab[:1] / 255, space, color)
        lab[:1] = 255 * (smooth + 3 * (lab[:1] / 255 - smooth))
        result = lab2rgb(lab, channel_axis=0)
        keep(f"detail/{space}", result, picture="plain", space=space, color=color)
        agrees(result, planes(cv2.detailEnhance(theirs, sigma_s=space, sigma_r=color)), 2 / 255, f"detailEnhance {space}")
    for space, color, shade in ((6, 0.2, 0.04),):
        sigma = deviations(space, 3)[0]
        ends = [boxes(distances(values, space / color), sigma) for values in (picture, turned(picture))]
        counts = [high - low for low, high in ends]
        drawing = shade * (counts[0] + turned(counts[1]))
        grey, colored = cv2.pencilSketch(theirs, sigma_s=space, sigma_r=color, shade_factor=shade)
        result = np.clip(drawing, 0, 1)
        keep(f"pencil/gray/{space}", np.stack([result] * 3), picture="plain", mode="gray", space=space, color=color, shade=shade)
        agrees(result, grey / 255.0, 0.51 / 255, f"pencilSketch gray {space}")
        result = np.clip(picture + drawing - np.tensordot([0.299, 0.587, 0.114], picture, 1), 0, 1)
        keep(f"pencil/color/{space}", result, picture="plain", mode="color", space=space, color=color, shade=shade)
        # OpenCV's factors of YCrCb have three digits.
        agrees(result, planes(colored), 1 / 255, f"pencilSketch color {space}")
    for space, color in ((6, 0.45),):
        smooth = domain(picture, space, color, "normalized")
        slopes = sum(np.hypot(cv2.Sobel(p, -1, 1, 0, ksize=3), cv2.Sobel(p, -1, 0, 1, ksize=3)) for p in smooth)
        result = np.clip(smooth * (1 - slopes), 0, 1)
        keep(f"stylize/{space}", result, picture="plain", space=space, color=color)
        agrees(result, planes(cv2.stylization(theirs, sigma_s=space, sigma_r=color)), 0.55 / 255, f"stylization {space}")


# ---- diffusion and L0 ----


def diffusion(picture, iterations, kappa, step, mode):
    y = picture.copy()
    for _ in range(iterations):
        change = np.zeros_like(y)
        for axis in (1, 2):
            d = np.diff(y, axis=axis)
            square = (d**2).mean(0) / kappa**2
            flow = d * (np.exp(-square) if mode == "exponential" else 1 / (1 + square))
            change += np.diff(np.pad(flow, [(0, 0) if a != axis else (1, 1) for a in range(3)]), axis=axis)
        y += step * change
    return y


def diffusions(pictures):
    for name, values in pictures.items():
        for mode, option in (("exponential", 1), ("rational", 2)):
            for iterations, kappa, step in ((5, 0.1, 0.2), (12, 0.3, 0.1)):
                if name != "grey" and iterations != 5:
                    continue
                result = diffusion(values, iterations, kappa, step, mode)
                keep(f"diffusion/{name}/{mode}/{iterations}", result, picture=name, mode=mode, iterations=iterations,
                     kappa=kappa, step=step)
                if name == "grey":
                    theirs = anisotropic_diffusion(values[0], niter=iterations, kappa=kappa, gamma=step, option=option)
                    agrees(result[0], theirs, 1e-6, f"medpy {mode} {iterations}")


def flattened(picture, cost, kappa):
    """Xu et al. with a sparse matrix of differences in which the picture ends at its border, solved directly."""
    height, width = picture.shape[1:]

    def difference(size):
        return sparse.diags_array([-np.append(np.ones(size - 1), 0), np.ones(size - 1)], offsets=[0, 1], shape=(size, size))

    right = sparse.kron(sparse.eye_array(height), difference(width)) if width > 1 else None
    down = sparse.kron(difference(height), sparse.eye_array(width)) if height > 1 else None
    d = sparse.vstack([m for m in (right, down) if m is not None]).tocsc()
    source = picture.reshape(len(picture), -1).T
    s, beta = source, 2 * cost
    nearest = np.inf
    while beta < 1e5:
        h = (d @ s).reshape(-1, height * width, len(picture))
        size = (h**2).sum((0, 2))
        nearest = min(nearest, np.abs(size / (cost / beta) - 1).min())
        h[:, size < cost / beta] = 0
        system = sparse.eye_array(height * width) + beta * (d.T @ d)
        s = sparse.linalg.spsolve(system.tocsc(), source + beta * (d.T @ h.reshape(-1, len(picture)))).reshape(source.shape)
        beta *= kappa
    # So that single precision decides as double precision does.
    assert nearest > 2e-5, f"a difference of {nearest} from the threshold"
    return s.T.reshape(picture.shape)


def flats(pictures):
    for name in ("plain", "grey", "row"):
        for cost, kappa in ((0.02, 2.0), (0.005, 1.5)):
            result = flattened(pictures[name], cost, kappa)
            keep(f"l0/{name}/{cost}", result, picture=name, cost=cost, kappa=kappa)
    # OpenCV 4.14 and 5.0 are no peers: their mean is another, though smoothing keeps it.
    theirs = cv2.ximgproc.l0Smooth(levels(pictures["plain"]), None, 0.02, 2.0)
    assert abs(planes(theirs).mean() - pictures["plain"].mean()) > 0.05, "l0Smooth keeps the mean: compare with it"


def main():
    pictures = {name: draw(name, *shape) for name, shape in PICTURES.items()}
    domains(pictures)
    styles(pictures["plain"])
    diffusions(pictures)
    flats(pictures)
    metadata.update(numpy=np.__version__, scipy=scipy.__version__, opencv=cv2.__version__, skimage=skimage.__version__,
                    medpy=importlib.metadata.version("medpy"))
    goldens.save("filters_domain.safetensors", "filters_domain.py", tensors, metadata)


main()
