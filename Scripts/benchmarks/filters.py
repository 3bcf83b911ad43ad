"""The peer of filters.lua in OpenCV: filters.py NAME. Prints seconds, the median of nine.

The picture is a smooth random one of 1920 × 1080 in three channels, floats from 0 to 1 where OpenCV's filter takes
floats, else bytes."""
import os
import sys
import time

import cv2
import numpy as np

cv2.setNumThreads(os.cpu_count())
noise = np.random.default_rng(0).random((1080, 1920, 3), dtype=np.float32)
floats = cv2.GaussianBlur(noise, (0, 0), 2)
floats = (floats - floats.min()) / (floats.max() - floats.min())
levels = (floats * 255).astype(np.uint8)
WORK = {
    "gaussian-2": lambda: cv2.GaussianBlur(floats, (0, 0), 2),
    "convolve-7": lambda: cv2.filter2D(floats, -1, np.ones((7, 7), np.float32) / 49),
}
run = WORK[sys.argv[1]]
run()
seconds = []
for _ in range(9):
    start = time.perf_counter()
    run()
    seconds.append(time.perf_counter() - start)
print(sorted(seconds)[4])
