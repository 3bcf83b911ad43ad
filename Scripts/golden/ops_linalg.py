#!/usr/bin/env python3
"""Golden values of linear algebra and Fourier transforms: Tests/Golden/ops/linalg.safetensors and fourier.safetensors.

Vectors of decompositions are free up to their signs, so what is written does not depend on these: the same combinations
that the samples of the engine return (Sources/Engine/TensorCore/OpSamples/LinearAlgebraSamples.swift).
Needs torch, numpy and safetensors.
"""
import math

import torch

from cases import Sample, op, uniform, write_families

# Linear algebra ------------------------------------------------------------------------------------------------------


def graded(*shape):
    """Matrices with 2, 3, 4, … on the diagonal under noise: far from singular, singular values apart."""

    def draw():
        rows, columns = shape[-2:]
        diagonal = torch.eye(rows, columns) * torch.arange(2.0, columns + 2.0)
        return (torch.rand(shape) * 2 - 1) / math.sqrt(max(columns, 1)) + diagonal

    return draw


def definite(*shape):
    """The same, symmetric: positive definite, eigenvalues apart."""

    def draw():
        x = graded(*shape)()
        return (x + x.mT) / 2

    return draw


def mean(x):
    return (x + x.mT) / 2


def qr(x, mode="reduced"):
    q, r = torch.linalg.qr(x, mode)
    rows = r.shape[-2]
    signs = (r[..., :rows] * torch.eye(rows)).sum(-1).sign().detach()
    return torch.cat([q * signs.unsqueeze(-2), (r * signs.unsqueeze(-1)).mT], -2)


def svd(x, full_matrices=False):
    u, s, vh = torch.linalg.svd(x, full_matrices)
    k = s.shape[-1]
    u, vh = u[..., :k], vh[..., :k, :]
    return u @ vh + (u.square() * s.unsqueeze(-2)) @ vh.square(), s


def eigh(x):
    values, vectors = torch.linalg.eigh(mean(x))
    return vectors.square() * values.unsqueeze(-2), values


def slogdet(x):
    sign, logarithm = torch.linalg.slogdet(x)
    return logarithm, sign


def square(make):
    return [
        Sample("plain", [make(3, 3)]),
        Sample("batch", [make(2, 4, 4)]),
        Sample("batches", [make(2, 3, 2, 2)]),
        Sample("strided", [make(5, 5)], strided=True),
        Sample("larger", [make(24, 24)]),
        Sample("empty", [make(0, 0)]),
        Sample("empty_batch", [make(0, 3, 3)]),
        Sample("one", [make(1, 1)]),
    ]


def oblong():
    return [
        Sample("plain", [graded(3, 3)]),
        Sample("tall", [graded(5, 2)]),
        Sample("wide", [graded(2, 4)]),
        Sample("batch", [graded(2, 4, 3)]),
        Sample("strided", [graded(3, 4)], strided=True),
        Sample("larger", [graded(30, 20)]),
        Sample("no_rows", [graded(0, 3)]),
        Sample("no_columns", [graded(3, 0)]),
        Sample("one", [graded(1, 1)]),
    ]


op("linalg", "cholesky", lambda x, upper=False: torch.linalg.cholesky(mean(x), upper=upper), square(definite) + [
    Sample("upper", [definite(4, 4)], upper=True),
])
op("linalg", "qr", qr, oblong() + [Sample("complete", [graded(4, 4)], mode="complete")])
op("linalg", "svd", svd, oblong() + [
    Sample("full_tall", [graded(5, 3)], full_matrices=True), Sample("full_wide", [graded(2, 3, 5)], full_matrices=True),
])
op("linalg", "eigh", eigh, square(definite))
op("linalg", "inverse", torch.linalg.inv, square(graded))
op("linalg", "det", torch.linalg.det, square(graded))
op("linalg", "slogdet", slogdet, square(graded))
op("linalg", "solve", torch.linalg.solve, [
    Sample("vector", [graded(3, 3), uniform(3)]),
    Sample("matrix", [graded(3, 3), uniform(3, 5)]),
    Sample("batch", [graded(2, 4, 4), uniform(2, 4, 3)]),
    Sample("vectors", [graded(2, 4, 4), uniform(2, 4)]),
    Sample("one_vector", [graded(2, 4, 4), uniform(4)]),
    Sample("broadcast", [graded(3, 1, 2, 2), uniform(2, 2, 4)]),
    Sample("one_matrix", [graded(3, 3), uniform(2, 3, 2)]),
    Sample("strided", [graded(4, 4), uniform(4, 3)], strided=True),
    Sample("larger", [graded(24, 24), uniform(24, 7)]),
    Sample("empty", [graded(0, 0), uniform(0, 3)]),
    Sample("no_sides", [graded(3, 3), uniform(3, 0)]),
    Sample("one", [graded(1, 1), uniform(1)]),
])

# Fourier transforms --------------------------------------------------------------------------------------------------


def pairs(z):
    return torch.view_as_real(z)


def number(x):
    """Pairs as complex numbers."""
    return torch.complex(x[..., 0], x[..., 1])


def fft(x, dim=-1, norm="backward", complex=False):
    return pairs(torch.fft.fft(number(x) if complex else x, dim=dim, norm=norm))


def fft2(x, norm="backward", complex=False):
    return pairs(torch.fft.fft2(number(x) if complex else x, norm=norm))


def irfft2(x, width=None, norm="backward"):
    return torch.fft.irfft2(number(x), None if width is None else (x.shape[-3], width), norm=norm)


op("fourier", "fft", fft, [
    Sample("plain", [uniform(3, 8)]),
    Sample("prime", [uniform(2, 37)]),
    Sample("large_prime", [uniform(1009)]),
    Sample("columns", [uniform(12, 19)], dim=0),
    Sample("middle", [uniform(2, 9, 35)], dim=1),
    Sample("complex", [uniform(2, 15, 2)], complex=True),
    Sample("complex_columns", [uniform(16, 5, 2)], complex=True, dim=0, norm="ortho"),
    Sample("ortho", [uniform(10)], norm="ortho"),
    Sample("forward", [uniform(10)], norm="forward"),
    Sample("strided", [uniform(4, 6)], strided=True),
    Sample("empty_batch", [uniform(0, 4)]),
    Sample("one", [uniform(1)]),
])
op("fourier", "ifft", lambda x, dim=-1, norm="backward": pairs(torch.fft.ifft(number(x), dim=dim, norm=norm)), [
    Sample("plain", [uniform(3, 8, 2)]),
    Sample("prime", [uniform(41, 2)]),
    Sample("columns", [uniform(12, 19, 2)], dim=0),
    Sample("ortho", [uniform(10, 2)], norm="ortho"),
    Sample("forward", [uniform(10, 2)], norm="forward"),
    Sample("strided", [uniform(4, 6, 2)], strided=True),
    Sample("empty_batch", [uniform(0, 4, 2)]),
    Sample("one", [uniform(1, 2), ]),
    Sample("one_line", [uniform(1, 1, 2)], dim=0),
])
op("fourier", "fft2", fft2, [
    Sample("plain", [uniform(4, 6)]),
    Sample("picture", [uniform(3, 17, 20)]),
    Sample("batch", [uniform(2, 3, 5, 7)]),
    Sample("power", [uniform(32, 32)]),
    Sample("primes", [uniform(31, 13)]),
    Sample("row", [uniform(1, 9)]),
    Sample("column", [uniform(9, 1)]),
    Sample("complex", [uniform(4, 5, 2)], complex=True),
    Sample("ortho", [uniform(5, 6)], norm="ortho"),
    Sample("forward", [uniform(2, 5, 6)], norm="forward"),
    Sample("strided", [uniform(4, 6)], strided=True),
    Sample("empty_batch", [uniform(0, 4, 4)]),
    Sample("one", [uniform(1, 1)]),
])
op("fourier", "ifft2", lambda x, norm="backward": pairs(torch.fft.ifft2(number(x), norm=norm)), [
    Sample("plain", [uniform(4, 6, 2)]),
    Sample("batch", [uniform(2, 3, 5, 7, 2)]),
    Sample("ortho", [uniform(5, 6, 2)], norm="ortho"),
    Sample("forward", [uniform(11, 6, 2)], norm="forward"),
    Sample("strided", [uniform(4, 6, 2)], strided=True),
    Sample("empty_batch", [uniform(0, 4, 4, 2)]),
    Sample("one", [uniform(1, 1, 2)]),
])
op("fourier", "rfft2", lambda x, norm="backward": pairs(torch.fft.rfft2(x, norm=norm)), [
    Sample("plain", [uniform(4, 6)]),
    Sample("odd", [uniform(3, 5, 7)]),
    Sample("ortho", [uniform(5, 8)], norm="ortho"),
    Sample("forward", [uniform(2, 5, 6)], norm="forward"),
    Sample("strided", [uniform(4, 6)], strided=True),
    Sample("empty_batch", [uniform(0, 4, 4)]),
    Sample("one", [uniform(1, 1)]),
])
op("fourier", "irfft2", irfft2, [
    Sample("plain", [uniform(4, 4, 2)]),
    Sample("odd", [uniform(3, 5, 4, 2)], width=7),
    Sample("ortho", [uniform(5, 3, 2)], norm="ortho"),
    Sample("forward", [uniform(2, 5, 3, 2)], norm="forward", width=5),
    Sample("strided", [uniform(4, 3, 2)], strided=True),
    Sample("empty_batch", [uniform(0, 4, 3, 2)]),
    Sample("one", [uniform(1, 1, 2)], width=1),
])
shifts = [
    Sample("row", [uniform(7)], dims=[0]),
    Sample("both", [uniform(4, 5)], dims=[0, 1]),
    Sample("one_axis", [uniform(3, 6, 2)], dims=[-2]),
    Sample("strided", [uniform(4, 6)], strided=True, dims=[0, 1]),
    Sample("empty", [uniform(0, 3)], dims=[0]),
    Sample("one", [uniform(1)], dims=[0]),
]
op("fourier", "fftshift", lambda x, dims: torch.fft.fftshift(x, dims), shifts)
op("fourier", "ifftshift", lambda x, dims: torch.fft.ifftshift(x, dims), shifts)

if __name__ == "__main__":
    write_families("ops_linalg.py")
