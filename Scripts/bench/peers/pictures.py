"""The peer of pictures.lua in OpenCV: pictures.py read|write png|jpg FOLDER [floats].

OpenCV's pictures are bytes, blue first. With `floats` the conversion from or to RGB planes of floats counts too, which
is what the Lua side always does. JPEG has the same quality and chroma at full resolution; PNG OpenCV's own settings,
which are a fast level and run lengths, like ours."""
import sys

import cv2
import numpy as np
from measure import measure

task, ending, folder = sys.argv[1:4]
floats = "floats" in sys.argv[4:]
path, target = f"{folder}/picture.{ending}", f"{folder}/peer.{ending}"
OPTIONS = {
    "png": [],
    "jpg": [cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444],
}[ending]


def planes(picture):
    return np.ascontiguousarray(picture[:, :, ::-1].transpose(2, 0, 1)).astype(np.float32) / 255


def bytes_of(picture):
    rounded = (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
    return np.ascontiguousarray(rounded.transpose(1, 2, 0)[:, :, ::-1])


def work():
    if task == "read":
        read = cv2.imread(path)
        return planes(read) if floats else read
    return cv2.imwrite(target, bytes_of(picture) if floats else picture, OPTIONS)


picture = cv2.imread(path)
if floats:
    picture = planes(picture)
measure(work)
