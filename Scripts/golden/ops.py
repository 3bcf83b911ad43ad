#!/usr/bin/env python3
"""Golden values of the tensor operations: one row per operation, written to Tests/Golden/ops/FAMILY.safetensors.

The operands of a row serve both sides: the tests read them from the file. Tests/Golden/README.md tells the format.
Needs torch, numpy and safetensors.
"""
import torch
import torch.nn.functional as F

from cases import (
    Sample, coarse, distinct, filled, integers, mask, op, positive, uniform, values, write_families,
)

# Arithmetic ----------------------------------------------------------------------------------------------------------


def scalar_or_tensor(function):
    """The operation with a second tensor, or with a number on either side."""

    def call(x, y=None, value=None, reversed=False):
        if y is not None:
            return function(x, y)
        number = torch.tensor(value, dtype=torch.float64)
        return function(number, x) if reversed else function(x, number)

    return call


def two_operands(first, second):
    return [
        Sample("plain", [first(3, 4), second(3, 4)]),
        Sample("strided", [first(4, 5), second(4, 5)], strided=True),
        Sample("long", [first(2, 67), second(2, 67)]),
        Sample("broadcast", [first(2, 1, 4), second(3, 1)]),
        Sample("broadcast_strided", [first(1, 5, 3), second(2, 1, 3)], strided=True),
        Sample("rank0", [first(), second(2, 3)]),
        Sample("empty", [first(0, 3), second(0, 3)]),
        Sample("empty_broadcast", [first(2, 0), second(1, 1)]),
        Sample("one", [first(1), second(1)]),
    ]


def with_number(first, value, base=None):
    return [
        Sample("number", [first(2, 5)], value=value),
        Sample("number_strided", [first(3, 5)], strided=True, value=value),
        Sample("number_reversed", [first(2, 5)], value=base or value, reversed=True),
        Sample("number_empty", [first(0)], value=value),
    ]


def safe(*shape):
    return uniform(*shape, avoid=[0], by=0.3)


op("arithmetic", "add sub mul", {
    "add": scalar_or_tensor(torch.add), "sub": scalar_or_tensor(torch.sub), "mul": scalar_or_tensor(torch.mul),
}, two_operands(uniform, uniform) + with_number(uniform, 1.75))
op("arithmetic", "div", scalar_or_tensor(torch.div), two_operands(uniform, safe) + with_number(safe, 1.75))
op("arithmetic", "pow", scalar_or_tensor(torch.pow), two_operands(positive, uniform) + with_number(positive, 1.75) + [
    Sample("square", [uniform(2, 5)], value=2.0),
    Sample("cube", [uniform(2, 5)], value=3.0),
    Sample("root", [positive(2, 5)], value=0.5),
    Sample("inverse", [safe(2, 5)], value=-1.0),
    Sample("zeroth", [uniform(2, 5)], value=0.0),
])

op("arithmetic", "remainder", scalar_or_tensor(torch.remainder), two_operands(uniform, positive) + [
    Sample("number", [uniform(2, 5, avoid=[-1.5, -0.75, 0, 0.75, 1.5])], value=0.75),
    Sample("number_strided", [uniform(3, 5, avoid=[-1.5, -0.75, 0, 0.75, 1.5])], strided=True, value=0.75),
])

# Element-wise --------------------------------------------------------------------------------------------------------


def one_operand(make):
    return [
        Sample("plain", [make(3, 5)]),
        Sample("strided", [make(4, 6)], strided=True),
        Sample("vector", [make(37)]),
        Sample("batch", [make(2, 3, 2, 3)]),
        Sample("empty", [make(0, 4)]),
        Sample("one", [make(1)]),
        Sample("rank0", [make()]),
    ]


def no_kink(*shape):
    return uniform(*shape, avoid=[0])


def far(*numbers):
    """Values where a careless formula overflows or loses its digits."""
    return Sample("far", [values(*numbers)])


wide = (-90.0, -30.0, -10.0, -1e-4, 1e-4, 10.0, 30.0, 90.0)
op("arithmetic", "neg", torch.neg, one_operand(uniform))
op("elementwise", "exp expm1", {"exp": torch.exp, "expm1": torch.expm1},
   one_operand(uniform) + [far(-100.0, -87.0, -1e-4, 1e-4, 20.0, 88.0)])
op("elementwise", "log log1p sqrt rsqrt", {
    "log": torch.log, "log1p": torch.log1p, "sqrt": torch.sqrt, "rsqrt": torch.rsqrt,
}, one_operand(positive) + [far(1e-12, 1e-6, 1e6, 1e12)])
op("elementwise", "reciprocal", torch.reciprocal, one_operand(safe))
op("elementwise", "square", torch.square, one_operand(uniform))
op("elementwise", "abs sign", {"abs": torch.abs, "sign": torch.sign}, one_operand(no_kink))
op("elementwise", "floor ceil trunc round", {
    "floor": torch.floor, "ceil": torch.ceil, "trunc": torch.trunc, "round": torch.round,
}, one_operand(
    lambda *shape: uniform(*shape, lo=-9, hi=9)) + [
        Sample("halves", [values(-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, -1.0, 0.0, 8388609.0)], gradient=False)])
op("elementwise", "sin cos", {"sin": torch.sin, "cos": torch.cos}, one_operand(uniform) + [far(-1000.0, -40.0, 40.0, 5000.0)])
op("elementwise", "tan", torch.tan, one_operand(lambda *shape: uniform(*shape, lo=-1.2, hi=1.2)))
op("elementwise", "logsigmoid mish", {"logsigmoid": F.logsigmoid, "mish": F.mish}, one_operand(uniform) + [far(*wide)])
op("elementwise", "hardswish", F.hardswish, one_operand(
    lambda *shape: uniform(*shape, lo=-5, hi=5, avoid=[-3, 3])) + [far(*wide)])
op("elementwise", "elu", F.elu, one_operand(no_kink) + [far(*wide), Sample("alpha", [no_kink(9)], alpha=0.5)])
op("elementwise", "tanh sigmoid erf", {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "erf": torch.erf},
   one_operand(uniform) + [far(*wide)])
op("elementwise", "relu", F.relu, one_operand(no_kink))
op("elementwise", "leaky_relu", F.leaky_relu, one_operand(no_kink) + [Sample("slope", [no_kink(9)], negative_slope=0.2)])
op("elementwise", "silu", F.silu, one_operand(uniform) + [far(*wide)])
op("elementwise", "gelu", F.gelu, one_operand(uniform) + [
    far(*wide), Sample("tanh", [uniform(3, 7)], approximate="tanh"),
    Sample("tanh_far", [values(*wide)], approximate="tanh"),
])
op("elementwise", "softplus", F.softplus, one_operand(uniform) + [
    far(*wide), Sample("beta", [uniform(9)], beta=2.5, threshold=3.0),
])
op("elementwise", "clamp", lambda x, lo=None, hi=None: torch.clamp(x, lo, hi), [
    Sample("plain", [uniform(3, 5, avoid=[-0.5, 0.75])], lo=-0.5, hi=0.75),
    Sample("strided", [uniform(4, 6, avoid=[-0.5, 0.75])], strided=True, lo=-0.5, hi=0.75),
    Sample("low", [uniform(37, avoid=[0.25])], lo=0.25),
    Sample("high", [uniform(2, 3, 4, avoid=[0.25])], hi=0.25),
    Sample("empty", [uniform(0, 4)], lo=0.0, hi=1.0),
    Sample("one", [uniform(1)], lo=0.0, hi=3.0),
])


def apart(function):
    """The two-operand samples for what has a kink where its operands are equal: those are moved apart."""

    def call(x, y):
        assert ((x - y).abs() > 1e-3).all(), "operands too near to a kink"
        return function(x, y)

    return call


def odd(*shape):
    return lambda: (torch.randint(-10, 10, shape) + 0.5) / 5


def even(*shape):
    return lambda: torch.randint(-10, 10, shape) / 5


op("elementwise", "atan2", torch.atan2, two_operands(safe, safe))
op("elementwise", "maximum minimum", {"maximum": apart(torch.maximum), "minimum": apart(torch.minimum)},
   two_operands(odd, even))
op("elementwise", "where", torch.where, [
    Sample("plain", [mask(3, 4), uniform(3, 4), uniform(3, 4)]),
    Sample("strided", [mask(4, 6), uniform(4, 6), uniform(4, 6)], strided=True),
    Sample("broadcast", [mask(2, 1, 3), uniform(4, 1), uniform(1)]),
    Sample("empty", [mask(0, 3), uniform(0, 3), uniform(0, 3)]),
    Sample("one", [mask(1), uniform(1), uniform(1)]),
])
op("elementwise", "masked_fill", lambda x, m, value: x.masked_fill(m, value), [
    Sample("plain", [uniform(3, 4), mask(3, 4)], value=-1.5),
    Sample("strided", [uniform(4, 6), mask(4, 6)], strided=True, value=0.0),
    Sample("broadcast", [uniform(2, 3, 4), mask(3, 1)], value=7.0),
    Sample("empty", [uniform(0, 4), mask(0, 4)], value=1.0),
    Sample("one", [uniform(1), mask(1)], value=1.0),
])

# Comparisons ---------------------------------------------------------------------------------------------------------

op("comparisons", "eq ne lt le gt ge", {
    name: scalar_or_tensor(getattr(torch, name)) for name in "eq ne lt le gt ge".split()
}, two_operands(coarse, coarse) + [
    Sample("integers", [integers(4, 5, hi=3), integers(4, 5, hi=3)]),
    Sample("number", [coarse(3, 7)], value=0.5),
    Sample("nan", [values(1.0, float("nan"), float("inf")), values(1.0, float("nan"), float("inf"))]),
], gradient=False)

# Reductions ----------------------------------------------------------------------------------------------------------


def reduced(function):
    """PyTorch's function over `dims` (absent: everything)."""
    return lambda x, dims=None, keepdim=False: function(x, tuple(range(x.dim())) if dims is None else tuple(dims), keepdim)


def one_axis(function):
    """For what PyTorch reduces over one axis or everything only."""

    def call(x, dims=None, keepdim=False):
        return function(x) if dims is None else function(x, dims[0], keepdim=keepdim)

    return call


def over(make, several=True, empty_all=True, one=True):
    rows = [
        Sample("all", [make(3, 5)]),
        Sample("first", [make(4, 5)], dims=[0]),
        Sample("last", [make(4, 5)], dims=[1], keepdim=True),
        Sample("middle", [make(2, 4, 3)], dims=[-2]),
        Sample("strided", [make(4, 6)], strided=True, dims=[1]),
        Sample("strided_first", [make(5, 6)], strided=True, dims=[0]),
        Sample("strided_all", [make(3, 4, 5)], strided=True),
        Sample("vector", [make(131)], dims=[0]),
        Sample("rank0", [make()], gradient=one),
        Sample("one", [make(1)], dims=[0], gradient=one),
        Sample("empty_kept", [make(0, 3)], dims=[1]),
    ]
    if several:
        rows += [
            Sample("planes", [make(2, 3, 4, 5)], dims=[2, 3], keepdim=True),
            Sample("outer", [make(2, 3, 4)], dims=[0, 2]),
            Sample("long", [make(2, 1500)], dims=[1]),
        ]
    if empty_all:
        rows += [Sample("empty_all", [make(0, 3)], gradient=False), Sample("empty", [make(0, 3)], dims=[0], gradient=False)]
    return rows


op("reductions", "sum mean norm logsumexp", {
    "sum": reduced(torch.sum), "mean": reduced(torch.mean),
    "norm": reduced(lambda x, dims, keepdim: torch.linalg.vector_norm(x, 2, dims, keepdim)),
    "logsumexp": reduced(torch.logsumexp),
}, over(safe))
op("reductions", "var std", {
    "var": reduced(lambda x, dims, keepdim: torch.var(x, dims, correction=1, keepdim=keepdim)),
    "std": reduced(lambda x, dims, keepdim: torch.std(x, dims, correction=1, keepdim=keepdim)),
}, over(uniform, one=False))
op("reductions", "prod", one_axis(torch.prod), over(safe, several=False))
op("reductions", "max min", {"max": one_axis(torch.max), "min": one_axis(torch.min)},
   over(distinct, several=False, empty_all=False))
op("reductions", "argmax argmin", {"argmax": one_axis(torch.argmax), "argmin": one_axis(torch.argmin)},
   over(distinct, several=False, empty_all=False), gradient=False)
op("reductions", "any all", {"any": one_axis(torch.any), "all": one_axis(torch.all)},
   over(mask, several=False) + [Sample("numbers", [coarse(3, 4)], dims=[1])], gradient=False)
op("reductions", "cumsum", torch.cumsum, [
    Sample("rows", [uniform(3, 5)], dim=1),
    Sample("columns", [uniform(4, 3, 2)], dim=0),
    Sample("strided", [uniform(4, 6)], strided=True, dim=-1),
    Sample("empty", [uniform(0, 3)], dim=0),
    Sample("one", [uniform(1)], dim=0),
])

# Movement ------------------------------------------------------------------------------------------------------------

op("movement", "reshape", torch.reshape, [
    Sample("plain", [uniform(3, 4)], shape=[2, 6]),
    Sample("strided", [uniform(4, 6)], strided=True, shape=[3, 8]),
    Sample("inferred", [uniform(2, 3, 4)], shape=[2, -1]),
    Sample("empty", [uniform(0, 4)], shape=[2, 0]),
    Sample("one", [uniform(1)], shape=[]),
])
op("movement", "flatten", torch.flatten, [
    Sample("plain", [uniform(2, 3, 4)]),
    Sample("outer", [uniform(2, 3, 4)], start_dim=0, end_dim=1),
    Sample("strided", [uniform(2, 3, 4)], strided=True, start_dim=1),
    Sample("image", [uniform(2, 3, 4, 5)], start_dim=1, end_dim=2),
    Sample("matrix", [uniform(7, 5)]),
    Sample("empty", [uniform(0, 3, 4)], start_dim=1),
    Sample("one", [uniform()]),
])
op("movement", "clone", torch.clone, [
    Sample("plain", [uniform(3, 4)]),
    Sample("strided", [uniform(4, 6)], strided=True),
    Sample("batch", [uniform(2, 3, 2, 2)]),
    Sample("empty", [uniform(0, 3)]),
    Sample("one", [uniform(1)]),
])
TYPES = {"f32": torch.float32, "f64": torch.float64, "bf16": torch.bfloat16, "f16": torch.float16, "i64": torch.int64,
         "i32": torch.int32, "i16": torch.int16, "i8": torch.int8, "bool": torch.bool}
op("movement", "to", lambda x, dtype: x.to(TYPES[dtype]).to(torch.float64 if x.new_empty(0, dtype=TYPES[dtype]).is_floating_point() else torch.int64), [
    Sample("f64", [uniform(3, 4)], dtype="f64"),
    Sample("bf16", [uniform(3, 67, lo=-100, hi=100)], gradient=False, dtype="bf16"),
    Sample("f16", [uniform(3, 67, lo=-100, hi=100)], gradient=False, dtype="f16"),
    Sample("f16_small", [uniform(3, 67, lo=-1e-6, hi=1e-6)], gradient=False, dtype="f16"),
    Sample("halves_far", [values(65504.0, 65519.0, 65521.0, -1e6, float("inf"), float("nan"), 1.00390625, 1.01171875)],
           gradient=False, dtype="f16"),
    Sample("bf16_far", [values(3.4e38, -3.4e38, float("inf"), float("nan"), 1.00390625, 1.01171875)],
           gradient=False, dtype="bf16"),
    Sample("strided", [uniform(4, 6, lo=-100, hi=100)], strided=True, gradient=False, dtype="bf16"),
    Sample("i64", [uniform(3, 5, lo=-9, hi=9)], gradient=False, dtype="i64"),
    Sample("i8", [uniform(3, 5, lo=-9, hi=9)], gradient=False, dtype="i8"),
    Sample("bool", [coarse(3, 5)], gradient=False, dtype="bool"),
    Sample("empty", [uniform(0, 5)], gradient=False, dtype="i32"),
    Sample("one", [uniform(1)], gradient=False, dtype="i16"),
])
op("movement", "permute", torch.permute, [
    Sample("plain", [uniform(2, 3, 4)], dims=[2, 0, 1]),
    Sample("image", [uniform(2, 3, 4, 5)], dims=[0, 2, 3, 1]),
    Sample("strided", [uniform(3, 4)], strided=True, dims=[1, 0]),
    Sample("empty", [uniform(2, 0, 3)], dims=[1, 2, 0]),
    Sample("one", [uniform(1)], dims=[0]),
])
op("movement", "transpose", torch.transpose, [
    Sample("plain", [uniform(3, 4)], dim0=0, dim1=1),
    Sample("outer", [uniform(2, 3, 4)], dim0=0, dim1=-1),
    Sample("strided", [uniform(4, 6)], strided=True, dim0=0, dim1=1),
    Sample("empty", [uniform(0, 4)], dim0=0, dim1=1),
    Sample("one", [uniform(1, 1)], dim0=0, dim1=1),
])
op("movement", "cat", lambda *xs, dim: torch.cat(xs, dim), [
    Sample("rows", [uniform(2, 3), uniform(1, 3), uniform(4, 3)], dim=0),
    Sample("columns", [uniform(2, 3), uniform(2, 5)], dim=1),
    Sample("channels", [uniform(2, 1, 2, 3), uniform(2, 3, 2, 3)], dim=-3),
    Sample("strided", [uniform(3, 4), uniform(3, 6)], strided=True, dim=1),
    Sample("empty", [uniform(0, 3), uniform(2, 3)], dim=0),
    Sample("one", [uniform(1)], dim=0),
])
op("movement", "stack", lambda *xs, dim: torch.stack(xs, dim), [
    Sample("first", [uniform(2, 3), uniform(2, 3)], dim=0),
    Sample("last", [uniform(2, 3), uniform(2, 3), uniform(2, 3)], dim=-1),
    Sample("strided", [uniform(3, 4), uniform(3, 4)], strided=True, dim=1),
    Sample("empty", [uniform(0, 3), uniform(0, 3)], dim=1),
    Sample("one", [uniform()], dim=0),
])
op("movement", "pad", lambda x, pad, mode: F.pad(x, pad, "constant" if mode == "zeros" else mode), [
    Sample(f"{mode}_{name}", [uniform(*shape)], strided=strided, pad=pad, mode=mode)
    for mode in ("zeros", "reflect", "replicate", "circular")
    for name, shape, pad, strided in [
        ("plain", (2, 3, 4, 5), [1, 2, 3, 1], False),
        ("image", (3, 4, 4), [2, 0, 0, 3], False),
        ("strided", (1, 2, 4, 6), [1, 1, 2, 2], True),
    ]
] + [
    Sample("zeros_empty", [uniform(0, 3, 4)], pad=[1, 1, 1, 1], mode="zeros"),
    Sample("zeros_one", [uniform(1, 1, 1)], pad=[1, 2, 0, 1], mode="zeros"),
    Sample("replicate_one", [uniform(1, 1, 1)], pad=[1, 2, 0, 1], mode="replicate"),
])
op("movement", "narrow", torch.narrow, [
    Sample("rows", [uniform(5, 3)], dim=0, start=1, length=3),
    Sample("columns", [uniform(2, 3, 6)], dim=-1, start=2, length=2),
    Sample("strided", [uniform(4, 6)], strided=True, dim=1, start=1, length=4),
    Sample("empty", [uniform(4, 3)], dim=0, start=4, length=0),
    Sample("one", [uniform(1)], dim=0, start=0, length=1),
])
op("movement", "select", lambda x, dim, index: x.select(dim, index), [
    Sample("row", [uniform(5, 3)], dim=0, index=2),
    Sample("last", [uniform(2, 3, 4)], dim=1, index=-1),
    Sample("strided", [uniform(4, 6)], strided=True, dim=1, index=3),
    Sample("empty", [uniform(0, 4)], dim=1, index=1),
    Sample("one", [uniform(1)], dim=0, index=0),
])
op("movement", "flip", torch.flip, [
    Sample("rows", [uniform(4, 3)], dims=[0]),
    Sample("both", [uniform(2, 3, 4)], dims=[1, 2]),
    Sample("strided", [uniform(4, 6)], strided=True, dims=[-1]),
    Sample("empty", [uniform(0, 4)], dims=[1]),
    Sample("one", [uniform(1)], dims=[0]),
])
op("movement", "roll", lambda x, shift, dim: torch.roll(x, shift, dim), [
    Sample("rows", [uniform(4, 3)], shift=1, dim=0),
    Sample("back", [uniform(2, 3, 5)], shift=-7, dim=2),
    Sample("strided", [uniform(4, 6)], strided=True, shift=2, dim=1),
    Sample("empty", [uniform(0, 4)], shift=1, dim=0),
    Sample("one", [uniform(1)], shift=3, dim=0),
])
op("movement", "expand", lambda x, shape: x.expand(shape), [
    Sample("rows", [uniform(1, 4)], shape=[3, 4]),
    Sample("new_axis", [uniform(2, 1, 3)], shape=[4, 2, 5, 3]),
    Sample("strided", [uniform(4, 1)], strided=True, shape=[4, 3]),
    Sample("empty", [uniform(1, 4)], shape=[0, 4]),
    Sample("one", [uniform(1)], shape=[1]),
])
op("movement", "repeat", lambda x, repeats: x.repeat(repeats), [
    Sample("plain", [uniform(2, 3)], repeats=[2, 2]),
    Sample("new_axis", [uniform(2, 3)], repeats=[3, 1, 2]),
    Sample("vector", [uniform(7)], repeats=[2, 3]),
    Sample("batch", [uniform(2, 3, 4)], repeats=[1, 2, 2]),
    Sample("strided", [uniform(3, 4)], strided=True, repeats=[1, 3]),
    Sample("empty", [uniform(2, 3)], repeats=[0, 1]),
    Sample("one", [uniform(1)], repeats=[4]),
])
op("movement", "squeeze", torch.squeeze, [
    Sample("plain", [uniform(2, 1, 3)], dim=1),
    Sample("kept", [uniform(2, 1, 3)], dim=0),
    Sample("last", [uniform(4, 5, 1)], dim=-1),
    Sample("image", [uniform(1, 3, 4, 5)], dim=0),
    Sample("strided", [uniform(1, 6)], strided=True, dim=0),
    Sample("empty", [uniform(0, 1)], dim=-1),
    Sample("one", [uniform(1)], dim=0),
])
op("movement", "unsqueeze", torch.unsqueeze, [
    Sample("first", [uniform(2, 3)], dim=0),
    Sample("vector", [uniform(7)], dim=1),
    Sample("batch", [uniform(2, 3, 4)], dim=-2),
    Sample("last", [uniform(2, 3)], dim=-1),
    Sample("strided", [uniform(4, 6)], strided=True, dim=1),
    Sample("empty", [uniform(0, 3)], dim=1),
    Sample("one", [uniform()], dim=0),
])
op("movement", "gather", lambda x, index, dim: torch.gather(x, dim, index), [
    Sample("rows", [uniform(4, 5), integers(4, 3, hi=5)], dim=1),
    Sample("columns", [uniform(4, 3, 2), integers(6, 3, 2, hi=4)], dim=0),
    Sample("strided", [uniform(4, 6), integers(4, 4, hi=6)], strided=True, dim=-1),
    Sample("empty", [uniform(3, 4), integers(3, 0, hi=4)], dim=1),
    Sample("one", [uniform(1), integers(1, hi=1)], dim=0),
])
op("movement", "scatter_add", lambda x, index, source, dim: torch.scatter_add(x, dim, index, source), [
    Sample("rows", [uniform(4, 5), integers(4, 3, hi=5), uniform(4, 3)], dim=1),
    Sample("columns", [uniform(4, 3, 2), integers(6, 3, 2, hi=4), uniform(6, 3, 2)], dim=0),
    Sample("strided", [uniform(4, 6), integers(4, 4, hi=6), uniform(4, 4)], strided=True, dim=-1),
    Sample("empty", [uniform(3, 4), integers(3, 0, hi=4), uniform(3, 0)], dim=1),
    Sample("one", [uniform(1), integers(1, hi=1), uniform(1)], dim=0),
])
op("movement", "index_select", lambda x, index, dim: torch.index_select(x, dim, index), [
    Sample("rows", [uniform(4, 5), integers(6, hi=4)], dim=0),
    Sample("columns", [uniform(2, 3, 5), integers(3, hi=5)], dim=-1),
    Sample("strided", [uniform(4, 6), integers(4, hi=6)], strided=True, dim=1),
    Sample("empty", [uniform(4, 3), integers(0, hi=4)], dim=0),
    Sample("one", [uniform(1), integers(1, hi=1)], dim=0),
])
op("movement", "topk", torch.topk, [
    Sample("rows", [distinct(3, 7)], k=3, dim=1),
    Sample("columns", [distinct(6, 2, 2)], k=2, dim=0),
    Sample("strided", [distinct(4, 6)], strided=True, k=4, dim=-1),
    Sample("empty", [distinct(0, 4)], k=2, dim=1),
    Sample("one", [distinct(1)], k=1, dim=0),
])
op("movement", "sort", lambda x, dim, descending=False: torch.sort(x, dim=dim, descending=descending, stable=True), [
    Sample("rows", [distinct(3, 7)], dim=1),
    Sample("columns", [distinct(6, 2, 2)], dim=0, descending=True),
    Sample("strided", [distinct(4, 6)], strided=True, dim=-1),
    Sample("ties", [coarse(4, 12)], gradient=False, dim=1),
    Sample("empty", [distinct(0, 4)], dim=0),
    Sample("one", [distinct(1)], dim=0),
])
op("movement", "chunk", torch.chunk, [
    Sample("even", [uniform(4, 3)], chunks=2, dim=0),
    Sample("uneven", [uniform(2, 7)], chunks=3, dim=1),
    Sample("strided", [uniform(4, 6)], strided=True, chunks=3, dim=-1),
    Sample("empty", [uniform(0, 4)], chunks=2, dim=1),
    Sample("one", [uniform(1)], chunks=1, dim=0),
])
op("movement", "split", lambda x, size, dim: torch.split(x, size, dim), [
    Sample("even", [uniform(4, 3)], size=2, dim=0),
    Sample("uneven", [uniform(2, 7)], size=3, dim=1),
    Sample("strided", [uniform(4, 6)], strided=True, size=2, dim=-1),
    Sample("empty", [uniform(0, 4)], size=2, dim=1),
    Sample("one", [uniform(1)], size=1, dim=0),
])

if __name__ == "__main__":
    import ops_layers  # noqa: F401  (the families that networks are made of)
    import ops_picks  # noqa: F401  (orders, triangles, truth values)

    write_families("ops.py")
