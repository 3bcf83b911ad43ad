"""Small ICC profiles (version 2, ICC.1:2001-04), made here so that none has to be kept, and Pillow's conversions."""
import io
import struct

import numpy as np
from PIL import ImageCms

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
# x and y of white, red, green, blue.
SRGB_CHROMATICITIES = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
WIDE_CHROMATICITIES = (0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
D50 = np.array([0.9642, 1, 0.8249])
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def to_xyz(chromaticities):
    """Linear RGB to XYZ of a set of primaries, white at Y = 1."""
    points = np.array(chromaticities).reshape(4, 2)
    xyz = np.stack([points[:, 0] / points[:, 1], np.ones(4), (1 - points.sum(1)) / points[:, 1]])
    return xyz[:, 1:] * np.linalg.solve(xyz[:, 1:], xyz[:, 0])


def to_srgb(chromaticities):
    """Linear RGB to linear sRGB; both whites are the same."""
    return np.linalg.solve(to_xyz(SRGB_CHROMATICITIES), to_xyz(chromaticities))


def encoded(light):
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def fixed(values):
    return b"".join(struct.pack(">i", round(v * 65536)) for v in values)


def text(value):
    return b"text\0\0\0\0" + value + b"\0"


def description(value):
    return b"desc\0\0\0\0" + struct.pack(">I", len(value) + 1) + value + b"\0" + bytes(78)


def profile(space, kind, pcs, tags):
    """A profile of a device class with its table of tags."""
    offset, table, body = 132 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = offset + len(body)
    head = struct.pack(">I4sI4s4s4s12s4s", size, bytes(4), 0x02400000, kind, space, pcs, bytes(12), b"acsp")
    head += bytes(28) + fixed(D50) + bytes(48)
    return head + struct.pack(">I", len(tags)) + table + body


def curve(exponent):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(exponent * 256)) + b"\0\0"


def named(tags):
    white = b"XYZ \0\0\0\0" + fixed(D50)
    return {b"desc": description(b"Atelier test"), b"cprt": text(b"none"), b"wtpt": white, **tags}


def matrix_rgb(chromaticities, response):
    """Primaries, adapted to D50 by Bradford's method, and one curve."""
    white = to_xyz(chromaticities).sum(1)
    adapt = np.linalg.solve(BRADFORD, np.diag(BRADFORD @ D50 / (BRADFORD @ white)) @ BRADFORD)
    columns = (adapt @ to_xyz(chromaticities)).T
    tags = {name + b"XYZ": b"XYZ \0\0\0\0" + fixed(c) for name, c in zip((b"r", b"g", b"b"), columns)}
    tags |= {name + b"TRC": response for name in (b"r", b"g", b"b")}
    return profile(b"RGB ", b"mntr", b"XYZ ", named(tags))


def wide_rgb():
    """Adobe's primaries, exponent 2.2."""
    return matrix_rgb(WIDE_CHROMATICITIES, curve(2.2))


def plain_rgb():
    """sRGB, its curve as a table."""
    values = np.linspace(0, 1, 1024)
    light = np.where(values > 0.04045, ((values + 0.055) / 1.055) ** 2.4, values / 12.92)
    table = np.round(light * 65535).astype(">u2").tobytes()
    return matrix_rgb(SRGB_CHROMATICITIES, b"curv\0\0\0\0" + struct.pack(">I", 1024) + table)


def grey():
    """An exponent of 1.8, as old Macintoshes had it."""
    return profile(b"GRAY", b"mntr", b"XYZ ", named({b"kTRC": curve(1.8)}))


def inks():
    """Four inks to Lab by a table of 2 x 2 x 2 x 2 colours."""
    nodes = b""
    for node in range(16):
        c, m, y, k = [node >> shift & 1 for shift in (3, 2, 1, 0)]
        lightness = 100 - 20 * c - 30 * m - 10 * y if not k else 5
        a, b = (60 * m - 30 * c, 70 * y - 40 * c) if not k else (0, 0)
        nodes += bytes([round(lightness * 2.55), a + 128, b + 128])
    ramp = bytes(range(256))
    table = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + fixed([1, 0, 0, 0, 1, 0, 0, 0, 1]) + ramp * 4 + nodes + ramp * 3
    return profile(b"CMYK", b"prtr", b"Lab ", named({b"A2B0": table}))


def converted(picture, data):
    """The picture in sRGB by Pillow: perceptual intent, no black point compensation."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(data))
    return ImageCms.profileToProfile(picture, source, SRGB, ImageCms.Intent.PERCEPTUAL, outputMode="RGB")
