#!/usr/bin/env python3
"""Files of the safetensors library: Tests/Golden/safetensors/*.safetensors. Our reader must read them, and our writer
must write the same bytes from the same tensors."""
import torch

import goldens

SPECIAL = [0.0, -0.0, 1.5, -2.25, 65504.0, float("inf"), float("-inf"), float("nan")]


def types():
    """One tensor of every type, in an order of names that is not the order of the file."""
    numbers = [0, 1, 2, 3, 100, 127, 5, 6]
    tensors = {
        "z.bool": torch.tensor([True, False, True]),
        "y.u8": torch.tensor([0, 1, 255], dtype=torch.uint8),
        "x.i8": torch.tensor([-128, 0, 127], dtype=torch.int8),
        "w.i16": torch.tensor([[-32768], [32767]], dtype=torch.int16),
        "v.f16": torch.tensor(SPECIAL, dtype=torch.float16),
        "u.bf16": torch.tensor(SPECIAL, dtype=torch.bfloat16),
        "t.i32": torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
        "s.f32": torch.tensor(SPECIAL),
        "r.f64": torch.tensor(SPECIAL, dtype=torch.float64),
        "q.i64": torch.tensor([-(2**63), 2**63 - 1]),
        "a.f32": torch.arange(24.0).reshape(2, 3, 4),
        "b.i64": torch.tensor(numbers),
    }
    return tensors, {"kind": "every type"}


def shapes():
    """Rank 0, sizes of 0, eight axes, and names that need care."""
    tensors = {
        "scalar": torch.tensor(3.5),
        "nothing": torch.zeros(0),
        "no_rows": torch.zeros(0, 3, dtype=torch.int64),
        "no_columns": torch.zeros(4, 0),
        "deep": torch.arange(8.0).reshape(1, 2, 1, 2, 1, 2, 1, 1),
        "": torch.tensor([1.0]),
        "quote\" back\\slash /": torch.tensor([2.0]),
        "tab\tline\nbell\x07": torch.tensor([3.0]),
        "größe 大きさ 🎨": torch.tensor([4.0]),
    }
    return tensors, {"größe": "line\nbreak, \"quotes\", 🎨", "empty": ""}


def nothing():
    return {}, {}


if __name__ == "__main__":
    for make in (types, shapes, nothing):
        tensors, metadata = make()
        goldens.save(f"safetensors/{make.__name__}.safetensors", "safetensors_files.py", tensors, metadata)
