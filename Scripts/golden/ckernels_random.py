"""Writes Tests/Golden/ckernels-random.txt: PyTorch's CPU random stream, number by number.

Run with the AVX2 kernels, whose values the C kernels reproduce bit for bit:
    ATEN_CPU_CAPABILITY=avx2 python Scripts/golden/ckernels_random.py
Each line is: what, seed, count, and the values (floats as the hexadecimal digits of their bits). Every line starts from
a freshly seeded generator.
"""

import pathlib

import torch

SEED = [0, 1, 2**40 + 7]


def bits(tensor):
    width = 8 if tensor.dtype == torch.float64 else 4
    integers = tensor.view(torch.int64 if width == 8 else torch.int32).tolist()
    return [format(v % (1 << (8 * width)), "x") for v in integers]


lines = [f"# Scripts/golden/ckernels_random.py, torch {torch.__version__.split('+')[0]}, ATEN_CPU_CAPABILITY=avx2"]
for seed in SEED:
    for n in (1, 5, 15, 16, 17, 40):
        for name, draw in (("uniform", torch.rand), ("normal", torch.randn)):
            for suffix, dtype in (("32", torch.float32), ("64", torch.float64)):
                torch.manual_seed(seed)
                lines.append(" ".join([name + suffix, str(seed), str(n)] + bits(draw(n, dtype=dtype))))
    torch.manual_seed(seed)
    lines.append(" ".join(["permutation", str(seed), "12"] + [str(v) for v in torch.randperm(12).tolist()]))
    torch.manual_seed(seed)
    lines.append(" ".join(["integers", str(seed), "9"] + [str(v) for v in torch.randint(-5, 1000, (9,)).tolist()]))
    torch.manual_seed(seed)
    lines.append(" ".join(["wide", str(seed), "5"] + [str(v) for v in torch.randint(-9, 2**45, (5,)).tolist()]))
    # Long ones: the last values and a sum of bits, so that every block is seen.
    for n in (1000, 4097):
        torch.manual_seed(seed)
        x = torch.randn(n)
        total = sum(v % (1 << 32) for v in x.view(torch.int32).tolist()) % (1 << 64)
        lines.append(" ".join(["sum", str(seed), str(n), str(total)]))
target = pathlib.Path(__file__).resolve().parents[2] / "Tests/Golden/ckernels-random.txt"
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text("\n".join(lines) + "\n")
