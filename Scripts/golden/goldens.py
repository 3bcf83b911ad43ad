"""What the golden scripts share: where files go, and writing them so that the same values give the same bytes."""
import json
import os
import pathlib
import struct
import zlib

import safetensors.torch
import torch

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Golden"


def seed(text):
    """Seeds PyTorch's generator from a name, so that adding a case changes no other."""
    torch.manual_seed(zlib.crc32(text.encode()))


def save(name, script, tensors, metadata):
    """Writes Tests/Golden/NAME. The library writes metadata in random order, so the header is written again, sorted."""
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"script": "Scripts/golden/" + script, "torch": torch.__version__, **metadata}
    data = safetensors.torch.save({key: t.detach().contiguous() for key, t in tensors.items()}, metadata)
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    path.with_suffix(".new").write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length :])
    os.replace(path.with_suffix(".new"), path)
    print(f"{path.relative_to(FOLDER)}: {len(tensors)} tensors, {path.stat().st_size / 1024:.0f} KB")
