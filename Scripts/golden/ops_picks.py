"""The rows of ops.py for orders, middles, triangles, truth values and sums by formula."""
import torch

from cases import Sample, coarse, distinct, integers, mask, op, positive, uniform, values

# Functions of one element --------------------------------------------------------------------------------------------


def one_operand(make):
    return [
        Sample("plain", [make(3, 5)]),
        Sample("strided", [make(4, 6)], strided=True),
        Sample("vector", [make(37)]),
        Sample("batch", [make(2, 3, 2, 3)]),
        Sample("empty", [make(0, 4)]),
        Sample("one", [make(1)]),
    ]


def inside(*shape):
    return uniform(*shape, lo=-0.9, hi=0.9)


op("functions", "asin acos", {"asin": torch.asin, "acos": torch.acos}, one_operand(inside))
op("functions", "atan sinh cosh", {name: getattr(torch, name) for name in ("atan", "sinh", "cosh")}, one_operand(uniform))
op("functions", "log2", torch.log2, one_operand(positive))
op("functions", "lerp", lambda x, end, w=None, weight=None: torch.lerp(x, end, weight if w is None else w), [
    Sample("plain", [uniform(3, 4), uniform(3, 4)], weight=0.3),
    Sample("far", [uniform(2, 5), uniform(2, 5)], weight=0.8),
    Sample("beyond", [uniform(7), uniform(7)], weight=1.5),
    Sample("weights", [uniform(3, 4), uniform(3, 4), uniform(3, 4)]),
    Sample("broadcast", [uniform(2, 3, 4), uniform(3, 1)], weight=0.25),
    Sample("strided", [uniform(4, 6), uniform(4, 6)], strided=True, weight=0.4),
    Sample("empty", [uniform(0, 4), uniform(0, 4)], weight=0.4),
    Sample("one", [uniform(1), uniform(1)], weight=0.4),
])



def quotient(x, y=None, value=None, reversed=False):
    if y is None:
        return torch.floor_divide(value, x) if reversed else torch.floor_divide(x, value)
    return torch.floor_divide(x, y)


op("functions", "floor_divide", quotient, [
    Sample("plain", [uniform(3, 4), positive(3, 4)]),
    Sample("signs", [values(7.0, -7.0, 7.0, -7.0, 1.0, 0.3), values(2.0, 2.0, -2.0, -2.0, 0.1, 0.1)]),
    Sample("zero", [values(1.0, -1.0, 0.0), values(0.0, 0.0, 0.0)]),
    Sample("broadcast", [uniform(2, 1, 4), positive(3, 1)]),
    Sample("number", [uniform(2, 5)], value=0.75),
    Sample("integers", [integers(3, 5, lo=-20, hi=20)], value=7),
    Sample("reversed", [positive(2, 5)], value=5, reversed=True),
    Sample("strided", [uniform(4, 6), positive(4, 6)], strided=True),
    Sample("empty", [uniform(0, 3), positive(0, 3)]),
    Sample("one", [uniform(1), positive(1)]),
], gradient=False)

# Truth values --------------------------------------------------------------------------------------------------------

odd = values(1.0, float("nan"), float("inf"), -float("inf"), 0.0, -2.0)
tests = one_operand(coarse) + [Sample("special", [odd])]
op("logic", "isnan isinf isfinite logical_not", {
    "isnan": torch.isnan, "isinf": torch.isinf, "isfinite": torch.isfinite, "logical_not": torch.logical_not,
}, tests, gradient=False)
op("logic", "logical_and logical_or logical_xor", {
    name: getattr(torch, name) for name in ("logical_and", "logical_or", "logical_xor")
}, [
    Sample("plain", [coarse(3, 4), coarse(3, 4)]),
    Sample("masks", [mask(2, 7), mask(2, 7)]),
    Sample("mixed", [integers(3, 5, hi=3), coarse(3, 5)]),
    Sample("broadcast", [coarse(2, 1, 4), coarse(3, 1)]),
    Sample("strided", [coarse(4, 6), coarse(4, 6)], strided=True),
    Sample("special", [odd, values(0.0, 0.0, 0.0, 1.0, 1.0, float("nan"))]),
    Sample("empty", [coarse(0, 3), coarse(0, 3)]),
    Sample("one", [coarse(1), coarse(1)]),
], gradient=False)

# Orders and middles --------------------------------------------------------------------------------------------------

op("selection", "argsort", lambda x, dim, descending=False: torch.argsort(x, dim=dim, descending=descending, stable=True), [
    Sample("rows", [distinct(3, 7)], dim=1),
    Sample("columns", [distinct(6, 2, 2)], dim=0, descending=True),
    Sample("ties", [coarse(4, 12)], dim=1),
    Sample("strided", [distinct(4, 6)], strided=True, dim=-1),
    Sample("empty", [distinct(0, 4)], dim=0),
    Sample("one", [distinct(1)], dim=0),
], gradient=False)
op("selection", "cumprod", torch.cumprod, [
    Sample("rows", [uniform(3, 5)], dim=1),
    Sample("columns", [uniform(4, 3, 2)], dim=0),
    Sample("long", [uniform(2, 67, lo=0.9, hi=1.1)], dim=1),
    Sample("zeros", [values(2.0, 0.0, 3.0, 0.0, 5.0)], dim=0),
    Sample("strided", [uniform(4, 6)], strided=True, dim=-1),
    Sample("empty", [uniform(0, 3)], dim=0),
    Sample("one", [uniform(1)], dim=0),
])


def median(x, dim=None, keepdim=False):
    return torch.median(x) if dim is None else torch.median(x, dim, keepdim=keepdim)


op("selection", "median", median, [
    Sample("all", [distinct(3, 5)]),
    Sample("even", [distinct(4, 6)]),
    Sample("rows", [distinct(3, 6)], dim=1),
    Sample("columns", [distinct(5, 2, 3)], dim=0, keepdim=True),
    Sample("nan", [values(3.0, float("nan"), 1.0)], gradient=False, dim=0),
    Sample("strided", [distinct(4, 6)], strided=True, dim=-1),
    Sample("empty", [distinct(0, 3)], dim=1),
    Sample("one", [distinct(1)], dim=0),
])


def quantile(x, q, dim=None, keepdim=False):
    if x.numel() == 0:  # torch.quantile refuses these, even where no quantile of nothing is asked for
        return x.sum(dim, keepdim)
    return torch.quantile(x, torch.tensor(q, dtype=x.dtype), dim, keepdim=keepdim).unbind(0)


op("selection", "quantile", quantile, [
    Sample("all", [distinct(3, 5)], q=[0.3]),
    Sample("ends", [distinct(4, 3)], q=[0.0, 0.5, 1.0]),
    Sample("rows", [distinct(3, 6)], q=[0.25, 0.9], dim=1),
    Sample("columns", [distinct(5, 2, 3)], q=[0.6], dim=0, keepdim=True),
    Sample("nan", [values(3.0, float("nan"), 1.0)], gradient=False, q=[0.1, 0.5]),
    Sample("strided", [distinct(4, 6)], strided=True, q=[0.4], dim=-1),
    Sample("empty", [distinct(0, 3)], q=[0.4], dim=1),
    Sample("one", [distinct(1)], q=[0.4], dim=0),
])

# Matrices and parts --------------------------------------------------------------------------------------------------

op("selection", "tril triu", {"tril": torch.tril, "triu": torch.triu}, [
    Sample("square", [uniform(4, 4)], diagonal=0),
    Sample("wide", [uniform(3, 5)], diagonal=1),
    Sample("tall", [uniform(5, 3)], diagonal=-2),
    Sample("batch", [uniform(2, 3, 4)], diagonal=0),
    Sample("strided", [uniform(4, 6)], strided=True, diagonal=2),
    Sample("empty", [uniform(0, 4)], diagonal=0),
    Sample("one", [uniform(1, 1)], diagonal=0),
])
op("selection", "diag", torch.diag, [
    Sample("vector", [uniform(4)]),
    Sample("square", [uniform(3, 3)]),
    Sample("wide", [uniform(3, 5)]),
    Sample("tall", [uniform(5, 2)]),
    Sample("strided", [uniform(4, 6)], strided=True),
    Sample("empty", [uniform(0)]),
    Sample("one", [uniform(1)]),
])
op("selection", "outer", torch.outer, [
    Sample("plain", [uniform(3), uniform(4)]),
    Sample("long", [uniform(5), uniform(33)]),
    Sample("square", [uniform(6), uniform(6)]),
    Sample("strided", [uniform(4), uniform(6)], strided=True),
    Sample("empty", [uniform(0), uniform(4)]),
    Sample("one", [uniform(1), uniform(1)]),
])
op("selection", "repeat_interleave", lambda x, n, dim: torch.repeat_interleave(x, n, dim), [
    Sample("rows", [uniform(3, 4)], n=2, dim=0),
    Sample("last", [uniform(2, 3, 2)], n=3, dim=-1),
    Sample("vector", [uniform(5)], n=4, dim=0),
    Sample("none", [uniform(2, 3)], n=0, dim=1),
    Sample("strided", [uniform(4, 6)], strided=True, n=2, dim=1),
    Sample("empty", [uniform(0, 3)], n=2, dim=1),
    Sample("one", [uniform(1)], n=2, dim=0),
])
op("selection", "unbind", torch.unbind, [
    Sample("rows", [uniform(3, 4)], dim=0),
    Sample("last", [uniform(2, 3, 2)], dim=-1),
    Sample("vector", [uniform(3)], dim=0),
    Sample("square", [uniform(2, 2)], dim=1),
    Sample("strided", [uniform(3, 4)], strided=True, dim=1),
    Sample("empty", [uniform(0, 3)], dim=1),
    Sample("one", [uniform(1)], dim=0),
])
op("selection", "meshgrid", lambda *x, indexing="ij": torch.meshgrid(*x, indexing=indexing), [
    Sample("two", [uniform(3), uniform(4)]),
    Sample("three", [uniform(2), uniform(3), uniform(4)]),
    Sample("swapped", [uniform(3), uniform(5)], indexing="xy"),
    Sample("strided", [uniform(3), uniform(2)], strided=True),
    Sample("empty", [uniform(0), uniform(2)]),
    Sample("one", [uniform(1), uniform(1)]),
])
op("selection", "einsum", lambda *x, formula: torch.einsum(formula, *x), [
    Sample("product", [uniform(3, 4), uniform(4, 5)], formula="ij,jk->ik"),
    Sample("implicit", [uniform(4, 3), uniform(4, 5)], formula="ba,bc"),
    Sample("batch", [uniform(2, 3, 4), uniform(2, 5, 4)], formula="bij, bkj -> bki"),
    Sample("gram", [uniform(2, 3, 4, 5), uniform(2, 3, 4, 5)], formula="nchw,ndhw->ncd"),
    Sample("heads", [uniform(2, 5, 3, 4), uniform(2, 6, 3, 4)], formula="bqhd,bkhd->bhqk"),
    Sample("sums", [uniform(3, 4), uniform(5, 6)], formula="ij,kl->ik"),
    Sample("chain", [uniform(2, 3), uniform(3, 4), uniform(4, 5)], formula="ij,jk,kl->il"),
    Sample("elements", [uniform(3, 4), uniform(3, 4)], formula="ij,ij->ij"),
    Sample("turn", [uniform(2, 3, 4)], formula="abc->ca"),
    Sample("total", [uniform(3, 4)], formula="ij->"),
    Sample("strided", [uniform(4, 6), uniform(6, 3)], strided=True, formula="ij,jk->ki"),
    Sample("empty", [uniform(0, 4), uniform(4, 5)], formula="ij,jk->ik"),
    Sample("one", [uniform(1), uniform(1)], formula="i,i->"),
])
