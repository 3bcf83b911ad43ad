"""How a case of ops.py is described, and how its reference values are computed."""
import json
import warnings

import torch

import goldens

warnings.filterwarnings("ignore", "(.*degrees of freedom.*|.*number of items.*|.*zero-element.*|.*empty.*|Using a target size.*)")

FAMILIES = {}


# Operands. Each of these gives a function that draws the operand when the case's generator has been seeded.


def uniform(*shape, lo=-2.0, hi=2.0, avoid=(), by=0.05):
    """f32 between lo and hi; values nearer than `by` to a kink in `avoid` are pushed away from it."""

    def draw():
        x = torch.rand(shape) * (hi - lo) + lo
        for kink in avoid:
            near = (x - kink).abs() < by
            x = torch.where(near, kink + by * (2 * (x >= kink).float() - 1) * (1 + torch.rand(shape)), x)
        return x

    return draw


def positive(*shape):
    return uniform(*shape, lo=0.1, hi=3.0)


def distinct(*shape):
    """f32 that differ by 0.1 at least, in random order: for everything that picks or sorts."""

    def draw():
        count = torch.Size(shape).numel()
        return ((torch.randperm(count) - count / 2 + torch.rand(count) * 0.5) * 0.2).reshape(shape)

    return draw


def integers(*shape, lo=0, hi=10):
    return lambda: torch.randint(lo, hi, shape)


def coarse(*shape):
    """f32 out of a few values, so that two of these have many equal elements."""
    return lambda: torch.randint(-2, 3, shape).float() / 2


def mask(*shape):
    return lambda: torch.rand(shape) < 0.5


def values(*numbers):
    return lambda: torch.tensor(numbers)


def filled(shape, value):
    return lambda: torch.full(shape, value)


class Sample:
    """One case: operands, named parameters, whether the operands are to be handed over as strided views."""

    def __init__(self, name, inputs, strided=False, gradient=True, **params):
        self.name, self.inputs, self.strided, self.gradient, self.params = name, inputs, strided, gradient, params


def op(family, names, function, samples, gradient=True):
    """Adds one operation, or several that share their samples (`function` is then looked up per name)."""
    for name in names.split():
        each = function if callable(function) else function[name]
        FAMILIES.setdefault(family, []).append((name, each, samples, gradient))


def as_tuple(result):
    return tuple(result) if isinstance(result, (tuple, list)) else (result,)


def rounded(tensor):
    return tensor.float() if tensor.dtype.is_floating_point else tensor


def compute(name, function, sample, gradient):
    """The tensors of one case and its metadata: results in f64 from f32 operands, rounded to f32 at the end."""
    key = f"{name}/{sample.name}"
    goldens.seed(key)
    inputs = [make() for make in sample.inputs]
    gradient = gradient and sample.gradient
    operands = [
        x.double().requires_grad_(gradient) if x.dtype.is_floating_point else x for x in inputs
    ]
    outputs = as_tuple(function(*operands, **sample.params))
    tensors = {f"{key}/input{i}": x for i, x in enumerate(inputs)}
    tensors |= {f"{key}/output{i}": rounded(x) for i, x in enumerate(outputs)}
    if gradient:
        cotangent = torch.randn(outputs[0].shape)
        wanted = [i for i, x in enumerate(operands) if x.requires_grad]
        total = (outputs[0] * cotangent.double()).sum()
        grads = torch.autograd.grad(total, [operands[i] for i in wanted], allow_unused=True)
        tensors[f"{key}/cotangent"] = cotangent
        tensors |= {f"{key}/grad{i}": rounded(grad) for i, grad in zip(wanted, grads) if grad is not None}
    facts = {"inputs": len(inputs), "outputs": len(outputs), "params": sample.params, "strided": sample.strided}
    return tensors, {key: json.dumps(facts, sort_keys=True)}


def write_families(script):
    """One file per family."""
    for family, rows in FAMILIES.items():
        tensors, metadata = {}, {}
        for name, function, samples, gradient in rows:
            for sample in samples:
                try:
                    more, facts = compute(name, function, sample, gradient)
                except Exception as error:
                    raise RuntimeError(f"{name}/{sample.name}") from error
                assert not facts.keys() & metadata.keys(), f"{name}/{sample.name} twice"
                tensors |= more
                metadata |= facts
        goldens.save(f"ops/{family}.safetensors", script, tensors, metadata)
