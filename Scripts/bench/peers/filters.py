"""The peer of filters.lua in OpenCV: filters.py NAME.

The picture is a smooth random one of 1920 × 1080 in three channels, floats from 0 to 1 where OpenCV's filter takes
floats, else bytes."""
import sys

import cv2
import numpy as np
from measure import THREADS, measure

cv2.setNumThreads(THREADS)
noise = np.random.default_rng(0).random((1080, 1920, 3), dtype=np.float32)
floats = cv2.GaussianBlur(noise, (0, 0), 2)
floats = (floats - floats.min()) / (floats.max() - floats.min())
levels = (floats * 255).astype(np.uint8)
WORK = {
    "gaussian-2": lambda: cv2.GaussianBlur(floats, (0, 0), 2),
    "gaussian-10": lambda: cv2.GaussianBlur(floats, (0, 0), 10),
    "gaussian-40": lambda: cv2.GaussianBlur(floats, (0, 0), 40),
    "convolve-7": lambda: cv2.filter2D(floats, -1, np.ones((7, 7), np.float32) / 49),
    "domain-recursive": lambda: cv2.edgePreservingFilter(levels, flags=cv2.RECURS_FILTER),
    "domain-normalized": lambda: cv2.edgePreservingFilter(levels, flags=cv2.NORMCONV_FILTER),
    "detail": lambda: cv2.detailEnhance(levels),
    "pencil": lambda: cv2.pencilSketch(levels),
    "stylize": lambda: cv2.stylization(levels),
    "bilateral-9": lambda: cv2.bilateralFilter(floats, 9, 0.1, 3),
    "median-5": lambda: cv2.medianBlur(floats, 5),
}
measure(WORK[sys.argv[1]])
