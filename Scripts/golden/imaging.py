"""Pictures in files, and resizing: Tests/Golden/imaging/*.safetensors, from Pillow, checked against OpenCV."""
import io
import struct
import zlib

import cv2
import numpy as np
import PIL
import torch
from PIL import Image, ImageOps

import goldens
import profiles

VERSIONS = {"pillow": PIL.__version__, "opencv": cv2.__version__}
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(samples, bits):
    """Rows of samples (height x width x channels) as PNG scanlines without filters."""
    rows = []
    for row in samples.reshape(samples.shape[0], -1):
        if bits == 16:
            data = row.astype(">u2").tobytes()
        elif bits == 8:
            data = row.astype(np.uint8).tobytes()
        else:
            plain = "".join(format(int(v), f"0{bits}b") for v in row)
            plain += "0" * (-len(plain) % 8)
            data = bytes(int(plain[i : i + 8], 2) for i in range(0, len(plain), 8))
        rows.append(b"\0" + data)
    return b"".join(rows)


def png(samples, bits, kind, interlaced=False, extra=b""):
    """A PNG file, written here because no library writes every kind."""
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, int(interlaced))
    if interlaced:
        parts = [samples[y::dy, x::dx] for x, y, dx, dy in PASSES]
        data = b"".join(packed(part, bits) for part in parts if part.size)
    else:
        data = packed(samples, bits)
    body = chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def planes(values):
    """height x width x channels in 0..1 as a tensor of RGB or RGBA planes."""
    values = np.asarray(values, np.float64)
    if values.shape[2] <= 2:
        values = np.concatenate([values[:, :, :1]] * 3 + [values[:, :, 1:]], axis=2)
    return torch.tensor(values.transpose(2, 0, 1).astype(np.float32))


def add(tensors, name, data, values):
    tensors["file/" + name] = torch.frombuffer(bytearray(data), dtype=torch.uint8).clone()
    tensors["pixels/" + name] = planes(values)


def png_cases(tensors):
    rng = np.random.default_rng(1)
    for interlaced in (False, True):
        mark = "-interlaced" if interlaced else ""
        for kind, label in ((GREY, "grey"), (RGB, "rgb"), (GREY_ALPHA, "grey-alpha"), (RGBA, "rgba")):
            for bits in (1, 2, 4, 8, 16) if kind == GREY else (8, 16):
                samples = rng.integers(0, 1 << bits, (9, 11, CHANNELS[kind]))
                name = f"{label}{bits}{mark}.png"
                data = png(samples, bits, kind, interlaced)
                add(tensors, name, data, samples / ((1 << bits) - 1))
                if label in ("rgb", "rgba") and bits == 8:
                    read = cv2.cvtColor(
                        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED),
                        cv2.COLOR_BGR2RGB if kind == RGB else cv2.COLOR_BGRA2RGBA)
                    assert (read == samples).all()
        for bits in (1, 2, 4, 8):
            count = 1 << bits
            colours = rng.integers(0, 256, (count, 3))
            indices = rng.integers(0, count, (9, 11, 1))
            table = chunk(b"PLTE", colours.astype(np.uint8).tobytes())
            add(tensors, f"palette{bits}{mark}.png", png(indices, bits, PALETTE, interlaced, table), colours[indices[:, :, 0]] / 255)
            alphas = rng.integers(0, 256, max(1, count // 2))
            full = np.concatenate([alphas, np.full(count - len(alphas), 255)])
            table += chunk(b"tRNS", alphas.astype(np.uint8).tobytes())
            values = np.concatenate([colours, full[:, None]], axis=1)[indices[:, :, 0]] / 255
            add(tensors, f"palette{bits}-transparent{mark}.png", png(indices, bits, PALETTE, interlaced, table), values)
    samples = rng.integers(0, 4, (9, 11, 3)) * 85
    key = samples[3, 4]
    alpha = (samples != key).any(axis=2, keepdims=True)
    data = png(samples, 8, RGB, False, chunk(b"tRNS", struct.pack(">HHH", *[int(v) for v in key])))
    add(tensors, "rgb8-key.png", data, np.concatenate([samples / 255, alpha], axis=2))
    samples = rng.integers(0, 16, (9, 11, 1))
    alpha = samples != 7
    data = png(samples, 4, GREY, False, chunk(b"tRNS", struct.pack(">H", 7)))
    add(tensors, "grey4-key.png", data, np.concatenate([samples / 15, alpha], axis=2))


def jpeg(picture, **options):
    out = io.BytesIO()
    picture.save(out, "JPEG", **options)
    return out.getvalue()


def smooth_picture(width, height, mode="RGB"):
    y, x = np.mgrid[0:height, 0:width]
    layers = [127 + 90 * np.sin(x * a + y * b + c) for a, b, c in ((0.5, 0.2, 0), (0.1, 0.6, 1), (0.4, -0.3, 2), (0.2, 0.2, 3))]
    count = {"L": 1, "RGB": 3, "CMYK": 4}[mode]
    stack = np.stack(layers[:count], axis=2).round().astype(np.uint8)
    return Image.fromarray(stack[:, :, 0] if mode == "L" else stack, mode)


def jpeg_cases(tensors):
    def read(name, data):
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
        add(tensors, name, data, np.asarray(picture) / 255)

    colour = smooth_picture(21, 13)
    read("baseline444.jpg", jpeg(colour, quality=90, subsampling=0))
    read("baseline420.jpg", jpeg(colour, quality=80, subsampling=2))
    read("baseline422.jpg", jpeg(colour, quality=80, subsampling=1))
    read("progressive.jpg", jpeg(colour, quality=85, progressive=True))
    read("grey.jpg", jpeg(smooth_picture(21, 13, "L"), quality=85))
    inks = jpeg(smooth_picture(21, 13, "CMYK"), quality=95)
    read("cmyk.jpg", inks)
    marker = inks.index(b"\xff\xee") + 4
    assert inks[marker : marker + 5] == b"Adobe"
    # The same data said to be YCCK: other colours, but a valid file.
    read("ycck.jpg", inks[: marker + 11] + b"\x02" + inks[marker + 12 :])
    for code in range(1, 9):
        order = "<" if code % 2 else ">"
        # Another entry first, so that the directory has to be searched.
        body = struct.pack(order + "HHHII", 2, 0x0100, 4, 1, 21)
        body += struct.pack(order + "HHIHHI", 0x0112, 3, 1, code, 0, 0)
        tiff = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8) + body
        read(f"orientation{code}.jpg", jpeg(colour, quality=90, exif=b"Exif\0\0" + tiff))


def bytes_of(picture, format, **options):
    out = io.BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()


def exif(code):
    """An Exif body that says nothing but the orientation."""
    return b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, code, 0, 0)


def webp_cases(tensors):
    rng = np.random.default_rng(3)
    noise = rng.integers(0, 256, (9, 11, 4)).astype(np.uint8)
    rgb, rgba = Image.fromarray(noise[:, :, :3].copy(), "RGB"), Image.fromarray(noise, "RGBA")
    add(tensors, "rgb.webp", bytes_of(rgb, "WEBP", lossless=True), noise[:, :, :3] / 255)
    add(tensors, "rgba.webp", bytes_of(rgba, "WEBP", lossless=True, exact=True), noise / 255)
    for name, mode in (("lossy", "RGB"), ("lossy-alpha", "RGBA")):
        picture = smooth_picture(37, 21)
        if mode == "RGBA":
            picture.putalpha(smooth_picture(37, 21, "L"))
        data = bytes_of(picture, "WEBP", quality=80)
        add(tensors, name + ".webp", data, np.asarray(Image.open(io.BytesIO(data)).convert(mode)) / 255)
    data = bytes_of(rgb, "WEBP", lossless=True, exif=b"Exif\0\0" + exif(6))
    add(tensors, "orientation6.webp", data, np.rot90(noise[:, :, :3], -1) / 255)
    first, second = Image.new("RGB", (4, 2), (255, 0, 0)), Image.new("RGB", (4, 2), (255, 0, 0))
    second.paste((0, 255, 0), (2, 0, 4, 2))
    moving = bytes_of(first, "WEBP", save_all=True, append_images=[second], duration=100, lossless=True)
    tensors["animation/two.webp"] = torch.frombuffer(bytearray(moving), dtype=torch.uint8).clone()
    tensors["animation/first"] = planes(np.asarray(first) / 255)
    turned = bytes_of(rgb, "PNG", exif=b"Exif\0\0" + exif(8))
    add(tensors, "orientation8.png", turned, np.rot90(noise[:, :, :3]) / 255)


def pnm_cases(tensors):
    rng = np.random.default_rng(4)
    for kind, channels in ((2, 1), (3, 3), (5, 1), (6, 3)):
        for most in (255, 65535, 15, 1000):
            samples = rng.integers(0, most + 1, (5, 7, channels))
            head = f"P{kind}\n# a remark\n7 5 # another\n{most}\n".encode()
            plain = " ".join(str(v) for v in samples.ravel()).encode() + b"\n"
            raw = samples.astype(">u2" if most > 255 else np.uint8).tobytes()
            add(tensors, f"p{kind}-{most}.pnm", head + (plain if kind < 4 else raw), samples / most)
            if most == 255:
                read = np.asarray(Image.open(io.BytesIO(head + (plain if kind < 4 else raw))))
                assert (read.reshape(samples.shape) == samples).all()


def multi_segment(data, profile):
    """A JPEG with its profile in three APP2 segments, in the order 2, 1, 3."""
    third = len(profile) // 3
    parts = [profile[:third], profile[third : 2 * third], profile[2 * third :]]
    out = b""
    for number in (2, 1, 3):
        body = b"ICC_PROFILE\0" + bytes([number, 3]) + parts[number - 1]
        out += b"\xff\xe2" + struct.pack(">H", len(body) + 2) + body
    return data[:2] + out + data[2:]


def profile_cases(tensors):
    picture = smooth_picture(21, 13)
    wide, grey = profiles.wide_rgb(), profiles.grey()
    values = np.asarray(profiles.converted(picture, wide)) / 255
    add(tensors, "icc-rgb.png", bytes_of(picture, "PNG", icc_profile=wide), values)
    add(tensors, "icc-rgb.webp", bytes_of(picture, "WEBP", lossless=True, icc_profile=wide), values)
    deep = png(np.asarray(picture).astype(int) * 257, 16, RGB, False,
               chunk(b"iCCP", b"wide\0\0" + zlib.compress(wide)))
    add(tensors, "icc-rgb16.png", deep, values)
    both = picture.copy()
    both.putalpha(smooth_picture(21, 13, "L"))
    alpha = np.asarray(both)[:, :, 3:] / 255
    add(tensors, "icc-rgba.png", bytes_of(both, "PNG", icc_profile=wide), np.concatenate([values, alpha], axis=2))
    data = multi_segment(jpeg(picture, quality=92, subsampling=0), wide)
    opened = Image.open(io.BytesIO(data))
    assert opened.info["icc_profile"] == wide
    add(tensors, "icc-three-segments.jpg", data, np.asarray(profiles.converted(opened, wide)) / 255)
    shades = smooth_picture(21, 13, "L")
    values = np.asarray(profiles.converted(shades, grey)) / 255
    add(tensors, "icc-grey.png", bytes_of(shades, "PNG", icc_profile=grey), values)
    inks = profiles.inks()
    data = jpeg(smooth_picture(21, 13, "CMYK"), quality=95, icc_profile=inks)
    add(tensors, "icc-cmyk.jpg", data, np.asarray(profiles.converted(Image.open(io.BytesIO(data)), inks)) / 255)
    # A profile that is sRGB changes nothing.
    same = bytes_of(picture, "PNG", icc_profile=profiles.plain_rgb())
    add(tensors, "same-rgb.png", same, np.asarray(picture) / 255)


def gamma_cases(tensors):
    """gAMA and cHRM, with the formulas of the PNG specification and IEC 61966-2-1."""
    rng = np.random.default_rng(5)
    samples = rng.integers(0, 256, (9, 11, 3))

    def gamma(exponent):
        return chunk(b"gAMA", struct.pack(">I", round(exponent * 100000)))

    def primaries(numbers):
        return chunk(b"cHRM", struct.pack(">8I", *[round(v * 100000) for v in numbers]))

    light = profiles.encoded(samples / 255)
    add(tensors, "gamma-linear.png", png(samples, 8, RGB, False, gamma(1)), light)
    add(tensors, "gamma-grey.png", png(samples[:, :, :1], 8, GREY, False, gamma(1)), light[:, :, :1])
    adobe = profiles.WIDE_CHROMATICITIES
    mixed = (samples / 255) ** 2.2 @ profiles.to_srgb(adobe).T
    chunks = gamma(1 / 2.2) + primaries(adobe)
    add(tensors, "gamma-wide.png", png(samples, 8, RGB, False, chunks), profiles.encoded(mixed))
    usual = gamma(0.45455) + primaries(profiles.SRGB_CHROMATICITIES)
    add(tensors, "same-gamma.png", png(samples, 8, RGB, False, usual), samples / 255)
    said = gamma(1) + chunk(b"sRGB", b"\0")
    add(tensors, "same-said.png", png(samples, 8, RGB, False, said), samples / 255)


def resize_cases():
    tensors = {}
    rng = np.random.default_rng(2)
    source = rng.random((17, 23)).astype(np.float32)
    tensors["input"] = torch.tensor(source)
    picture = Image.fromarray(source, "F")
    noisy = (rng.random((29, 37, 3)) > 0.5) * 255
    noisy[:, :20] = np.asarray(smooth_picture(20, 29))
    eight = Image.fromarray(noisy.astype(np.uint8), "RGB")
    tensors["input8"] = torch.tensor(np.asarray(eight).transpose(2, 0, 1).copy())
    modes = {
        "nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS,
        "area": Image.BOX}
    for mode, filter in modes.items():
        for width, height in ((7, 5), (23, 9), (40, 31), (1, 1), (24, 16), (46, 3), (10, 6)):
            result = np.asarray(picture.resize((width, height), filter))
            tensors[f"{mode}/{width}x{height}"] = torch.tensor(result)
        for width, height in ((13, 10), (61, 50)):
            result = np.asarray(eight.resize((width, height), filter)).transpose(2, 0, 1)
            tensors[f"{mode}8/{width}x{height}"] = torch.tensor(result.copy())
    # Which column nearest takes, at sizes where a centre falls on a border and rounding decides.
    for width, smaller in ((1024, 200), (768, 150), (640, 99), (64, 25)):
        columns = Image.fromarray(np.arange(width, dtype=np.float32)[None], "F")
        tensors[f"columns/{width}-{smaller}"] = torch.tensor(np.asarray(columns.resize((smaller, 1), Image.NEAREST))[0])
    goldens.save("imaging/resize.safetensors", "imaging.py", tensors, VERSIONS)


if __name__ == "__main__":
    pictures = {}
    png_cases(pictures)
    jpeg_cases(pictures)
    webp_cases(pictures)
    pnm_cases(pictures)
    profile_cases(pictures)
    gamma_cases(pictures)
    goldens.save("imaging/pictures.safetensors", "imaging.py", pictures, VERSIONS)
    resize_cases()
