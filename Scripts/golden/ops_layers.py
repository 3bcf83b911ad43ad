"""The rows of ops.py for what networks are made of: products, convolution, pooling, norms, losses."""
import torch
import torch.nn.functional as F

from cases import Sample, distinct, integers, mask, op, positive, uniform, values

# Products ------------------------------------------------------------------------------------------------------------

op("matmul", "matmul", torch.matmul, [
    Sample("plain", [uniform(3, 4), uniform(4, 5)]),
    Sample("strided", [uniform(4, 6), uniform(6, 3)], strided=True),
    Sample("blocks", [uniform(33, 65), uniform(65, 17)]),
    Sample("batch", [uniform(2, 3, 4), uniform(2, 4, 5)]),
    Sample("batch_strided", [uniform(2, 3, 4), uniform(2, 4, 2)], strided=True),
    Sample("broadcast", [uniform(2, 1, 3, 4), uniform(5, 4, 2)]),
    Sample("one_matrix", [uniform(3, 2, 4), uniform(4, 5)]),
    Sample("dot", [uniform(7), uniform(7)]),
    Sample("matrix_vector", [uniform(3, 4), uniform(4)]),
    Sample("vector_matrix", [uniform(4), uniform(4, 5)]),
    Sample("batch_vector", [uniform(2, 3, 4), uniform(4)]),
    Sample("vector_batch", [uniform(4), uniform(2, 4, 3)]),
    Sample("empty", [uniform(0, 4), uniform(4, 5)]),
    Sample("empty_inside", [uniform(3, 0), uniform(0, 4)]),
    Sample("empty_batch", [uniform(0, 3, 4), uniform(4, 2)]),
    Sample("one", [uniform(1, 1), uniform(1, 1)]),
])
op("matmul", "linear", F.linear, [
    Sample("plain", [uniform(3, 4), uniform(5, 4), uniform(5)]),
    Sample("no_bias", [uniform(3, 4), uniform(5, 4)]),
    Sample("strided", [uniform(3, 6), uniform(5, 6), uniform(5)], strided=True),
    Sample("batch", [uniform(2, 3, 4), uniform(5, 4), uniform(5)]),
    Sample("vector", [uniform(4), uniform(5, 4), uniform(5)]),
    Sample("empty", [uniform(0, 4), uniform(5, 4), uniform(5)]),
    Sample("one", [uniform(1, 1), uniform(1, 1), uniform(1)]),
])
op("matmul", "embedding", lambda weight, ids: F.embedding(ids, weight), [
    Sample("plain", [uniform(6, 4), integers(5, hi=6)]),
    Sample("batch", [uniform(7, 3), integers(2, 4, hi=7)]),
    Sample("long", [uniform(5, 67), integers(9, hi=5)]),
    Sample("repeated", [uniform(3, 4), integers(2, 2, 5, hi=3)]),
    Sample("strided", [uniform(6, 4), integers(5, hi=6)], strided=True),
    Sample("empty", [uniform(6, 4), integers(0, hi=6)]),
    Sample("one", [uniform(1, 1), integers(1, hi=1)]),
])
op("softmax", "softmax log_softmax", {"softmax": torch.softmax, "log_softmax": torch.log_softmax}, [
    Sample("rows", [uniform(3, 5)], dim=1),
    Sample("columns", [uniform(4, 3)], dim=0),
    Sample("channels", [uniform(2, 5, 2, 3)], dim=1),
    Sample("strided", [uniform(4, 6)], strided=True, dim=-1),
    Sample("long", [uniform(2, 131, lo=-20, hi=20)], dim=1),
    Sample("far", [values([1000.0, 1000.0, 999.0], [-1000.0, 0.0, -999.0])], dim=1),
    Sample("empty", [uniform(0, 4)], dim=1),
    Sample("empty_axis", [uniform(3, 0)], dim=1),
    Sample("one", [uniform(1)], dim=0),
])

# Convolution and pooling ---------------------------------------------------------------------------------------------


def convolution(name, x, weight, bias=True, strided=False, transposed=False, **params):
    groups = params.get("groups", 1)
    channels = weight[1] * groups if transposed else weight[0]
    inputs = [uniform(*x), uniform(*weight, lo=-1, hi=1)] + ([uniform(channels)] if bias else [])
    return Sample(name, inputs, strided=strided, **params)


op("convolution", "conv2d", F.conv2d, [
    convolution("plain", (2, 3, 6, 7), (4, 3, 3, 3)),
    convolution("padded", (1, 3, 6, 7), (4, 3, 3, 3), padding=[1, 1]),
    convolution("no_bias", (1, 3, 6, 7), (4, 3, 3, 3), bias=False, padding=[1, 1]),
    convolution("stride", (1, 2, 7, 8), (3, 2, 3, 3), stride=[2, 2], padding=[1, 1]),
    convolution("uneven", (1, 2, 8, 9), (3, 2, 5, 3), stride=[1, 2], padding=[2, 0]),
    convolution("dilated", (1, 2, 8, 9), (3, 2, 3, 3), dilation=[2, 2], padding=[2, 2]),
    convolution("dilated_stride", (1, 2, 9, 9), (3, 2, 3, 3), dilation=[2, 1], stride=[2, 2]),
    convolution("groups", (2, 4, 5, 6), (6, 2, 3, 3), groups=2, padding=[1, 1]),
    convolution("depthwise", (1, 4, 6, 6), (4, 1, 3, 3), groups=4, padding=[1, 1], bias=False),
    convolution("pointwise", (2, 5, 4, 5), (3, 5, 1, 1)),
    convolution("pointwise_stride", (1, 4, 5, 5), (3, 4, 1, 1), stride=[2, 2]),
    convolution("blocks", (1, 16, 9, 9), (16, 16, 3, 3), padding=[1, 1]),
    convolution("wide_kernel", (1, 3, 12, 12), (4, 3, 9, 9), padding=[4, 4]),
    convolution("strided", (2, 3, 6, 8), (4, 3, 3, 3), strided=True, padding=[1, 1]),
    convolution("strided_groups", (1, 4, 6, 6), (4, 2, 3, 3), strided=True, groups=2),
    convolution("unbatched", (3, 6, 7), (4, 3, 3, 3), padding=[1, 1]),
    convolution("empty", (0, 3, 6, 7), (4, 3, 3, 3)),
    convolution("one", (1, 1, 1, 1), (1, 1, 1, 1)),
])
op("convolution", "conv_transpose2d", F.conv_transpose2d, [
    convolution("plain", (2, 3, 4, 5), (3, 4, 3, 3), transposed=True),
    convolution("stride", (1, 3, 4, 5), (3, 2, 4, 4), transposed=True, stride=[2, 2], padding=[1, 1]),
    convolution("output_padding", (1, 3, 4, 5), (3, 2, 3, 3), transposed=True, stride=[2, 2], padding=[1, 1],
                output_padding=[1, 1]),
    convolution("uneven", (1, 2, 4, 5), (2, 3, 3, 5), transposed=True, stride=[2, 3], padding=[0, 2],
                output_padding=[1, 2], bias=False),
    convolution("groups", (1, 4, 4, 4), (4, 3, 3, 3), transposed=True, groups=2, padding=[1, 1]),
    convolution("dilated", (1, 2, 5, 5), (2, 3, 3, 3), transposed=True, dilation=[2, 2], padding=[1, 1]),
    convolution("blocks", (1, 16, 6, 6), (16, 16, 3, 3), transposed=True, stride=[2, 2], padding=[1, 1],
                output_padding=[1, 1]),
    convolution("strided", (1, 3, 4, 6), (3, 2, 3, 4), strided=True, transposed=True, stride=[2, 2]),
    convolution("empty", (0, 3, 4, 5), (3, 4, 3, 3), transposed=True),
    convolution("one", (1, 1, 1, 1), (1, 1, 1, 1), transposed=True),
])
op("pooling", "max_pool2d", F.max_pool2d, [
    Sample("dilated", [distinct(1, 2, 7, 9)], kernel_size=[2, 3], stride=[1, 2], dilation=[3, 2]),
    Sample("dilated_ceil", [distinct(1, 2, 8, 9)], kernel_size=[3, 2], stride=[2, 2], padding=[1, 1], dilation=[2, 2],
           ceil_mode=True),
    Sample("plain", [distinct(2, 3, 6, 8)], kernel_size=[2, 2]),
    Sample("overlapping", [distinct(1, 2, 7, 9)], kernel_size=[3, 3], stride=[2, 2], padding=[1, 1]),
    Sample("uneven", [distinct(1, 2, 6, 9)], kernel_size=[2, 3], stride=[1, 2]),
    Sample("ceil", [distinct(1, 3, 6, 7)], kernel_size=[3, 3], stride=[2, 2], ceil_mode=True),
    Sample("strided", [distinct(1, 3, 6, 8)], strided=True, kernel_size=[2, 2]),
    Sample("unbatched", [distinct(3, 4, 6)], kernel_size=[2, 2]),
    Sample("empty", [distinct(0, 3, 4, 4)], kernel_size=[2, 2]),
    Sample("one", [distinct(1, 1, 1, 1)], kernel_size=[1, 1]),
])
op("pooling", "avg_pool2d", F.avg_pool2d, [
    Sample("plain", [uniform(2, 3, 6, 8)], kernel_size=[2, 2]),
    Sample("padded", [uniform(1, 2, 7, 9)], kernel_size=[3, 3], stride=[2, 2], padding=[1, 1]),
    Sample("pad_not_counted", [uniform(1, 2, 7, 9)], kernel_size=[3, 3], stride=[2, 2], padding=[1, 1],
           count_include_pad=False),
    Sample("uneven", [uniform(1, 2, 6, 9)], kernel_size=[2, 3], stride=[1, 2]),
    Sample("ceil", [uniform(1, 3, 6, 7)], kernel_size=[3, 3], stride=[2, 2], ceil_mode=True),
    Sample("divisor", [uniform(1, 2, 7, 9)], kernel_size=[3, 3], stride=[2, 2], padding=[1, 1], divisor_override=4),
    Sample("divisor_ceil", [uniform(1, 2, 6, 7)], kernel_size=[3, 2], stride=[2, 3], ceil_mode=True, divisor_override=7),
    Sample("ceil_padded", [uniform(1, 2, 6, 8)], kernel_size=[3, 3], stride=[2, 2], padding=[1, 1], ceil_mode=True),
    Sample("strided", [uniform(1, 3, 6, 8)], strided=True, kernel_size=[2, 2]),
    Sample("unbatched", [uniform(3, 4, 6)], kernel_size=[2, 2]),
    Sample("empty", [uniform(0, 3, 4, 4)], kernel_size=[2, 2]),
    Sample("one", [uniform(1, 1, 1, 1)], kernel_size=[1, 1]),
])
op("pooling", "adaptive_max_pool2d", lambda x, size: F.adaptive_max_pool2d(x, size), [
    Sample("global", [distinct(2, 3, 5, 7)], size=[1, 1]),
    Sample("even", [distinct(1, 2, 6, 8)], size=[3, 4]),
    Sample("uneven", [distinct(1, 2, 7, 10)], size=[3, 4]),
    Sample("larger", [distinct(1, 2, 3, 4)], size=[5, 7]),
    Sample("unbatched", [distinct(2, 5, 6)], size=[2, 5]),
    Sample("strided", [distinct(1, 3, 6, 8)], strided=True, size=[2, 3]),
    Sample("empty", [distinct(0, 3, 4, 4)], size=[2, 2]),
    Sample("one", [distinct(1, 1, 1, 1)], size=[1, 1]),
])
op("pooling", "adaptive_avg_pool2d", lambda x, size: F.adaptive_avg_pool2d(x, size), [
    Sample("global", [uniform(2, 3, 5, 7)], size=[1, 1]),
    Sample("even", [uniform(1, 2, 6, 8)], size=[3, 4]),
    Sample("uneven", [uniform(1, 2, 7, 10)], size=[3, 4]),
    Sample("larger", [uniform(1, 2, 3, 4)], size=[5, 7]),
    Sample("strided", [uniform(1, 3, 6, 8)], strided=True, size=[2, 3]),
    Sample("empty", [uniform(0, 3, 4, 4)], size=[2, 2]),
    Sample("one", [uniform(1, 1, 1, 1)], size=[1, 1]),
])
op("interpolate", "interpolate", F.interpolate, [
    Sample(f"{mode}_{name}", [uniform(*shape)], strided=strided, mode=mode, **extra, **params)
    for mode, extra in [("nearest", {}), ("bilinear", {"align_corners": False})]
    for name, shape, params, strided in [
        ("double", (2, 3, 3, 4), {"scale_factor": 2.0}, False),
        ("size", (1, 2, 5, 4), {"size": [7, 9]}, False),
        ("smaller", (1, 2, 9, 8), {"size": [4, 5]}, False),
        ("strided", (1, 2, 4, 6), {"scale_factor": 2.0}, True),
        ("one", (1, 1, 1, 1), {"size": [3, 2]}, False),
    ]
] + [
    Sample("nearest_empty", [uniform(0, 3, 4, 4)], mode="nearest", size=[2, 2]),
    Sample("bilinear_corners", [uniform(1, 2, 5, 4)], mode="bilinear", align_corners=True, size=[7, 9]),
    Sample("bilinear_antialias", [uniform(1, 2, 9, 12)], mode="bilinear", align_corners=False, antialias=True, size=[4, 5]),
    Sample("bicubic", [uniform(1, 2, 5, 4)], mode="bicubic", align_corners=False, size=[7, 9]),
    Sample("bicubic_smaller", [uniform(1, 2, 9, 8)], mode="bicubic", align_corners=False, size=[4, 5]),
    Sample("bicubic_corners", [uniform(1, 2, 5, 4)], mode="bicubic", align_corners=True, size=[7, 9]),
    Sample("bicubic_antialias", [uniform(1, 2, 13, 12)], mode="bicubic", align_corners=False, antialias=True, size=[4, 5]),
    Sample("factor", [uniform(1, 2, 5, 7)], mode="bilinear", align_corners=False, scale_factor=1.5),
    Sample("nearest_factor", [uniform(1, 2, 5, 7)], mode="nearest", scale_factor=1.5),
    Sample("area", [uniform(1, 2, 9, 8)], mode="area", size=[4, 5]),
    Sample("area_larger", [uniform(1, 2, 3, 4)], mode="area", size=[7, 5]),
    Sample("area_factor", [uniform(1, 2, 9, 8)], mode="area", scale_factor=0.6),
    Sample("unbatched_size", [uniform(1, 3, 7, 5)], mode="bicubic", align_corners=False, size=[11, 3]),
    Sample("bilinear_corners_one", [uniform(1, 2, 5, 4)], mode="bilinear", align_corners=True, size=[1, 1]),
    Sample("bilinear_corners_factor", [uniform(1, 2, 5, 4)], mode="bilinear", align_corners=True, scale_factor=1.7),
    Sample("bilinear_antialias_larger", [uniform(1, 2, 5, 6)], mode="bilinear", align_corners=False, antialias=True, size=[9, 4]),
    Sample("bilinear_antialias_factor", [uniform(1, 2, 11, 12)], mode="bilinear", align_corners=False, antialias=True, scale_factor=0.45),
    Sample("bilinear_antialias_corners", [uniform(1, 2, 11, 12)], mode="bilinear", align_corners=True, antialias=True, size=[5, 7]),
    Sample("bicubic_factor", [uniform(1, 2, 5, 7)], mode="bicubic", align_corners=False, scale_factor=1.6),
    Sample("bicubic_antialias_larger", [uniform(1, 2, 5, 6)], mode="bicubic", align_corners=False, antialias=True, size=[9, 4]),
    Sample("bicubic_antialias_factor", [uniform(1, 2, 11, 12)], mode="bicubic", align_corners=False, antialias=True, scale_factor=0.45),
    Sample("bicubic_antialias_corners", [uniform(1, 2, 11, 12)], mode="bicubic", align_corners=True, antialias=True, size=[5, 7]),
    Sample("nearest_exact", [uniform(1, 2, 5, 7)], mode="nearest-exact", size=[3, 11]),
    Sample("nearest_exact_factor", [uniform(1, 2, 5, 7)], mode="nearest-exact", scale_factor=0.7),
    Sample("nearest_exact_larger", [uniform(1, 2, 4, 3)], mode="nearest-exact", scale_factor=2.5),
])

# Gram matrices -------------------------------------------------------------------------------------------------------


def gram(x, normalize="chw"):
    channels, height, width = x.shape[1:]
    divisor = {"chw": channels * height * width, "hw": height * width, "none": 1}[normalize]
    return torch.einsum("nchw,ndhw->ncd", x, x) / max(divisor, 1)


op("matmul", "gram", gram, [
    Sample("plain", [uniform(2, 3, 4, 5)]),
    Sample("hw", [uniform(1, 4, 3, 3)], normalize="hw"),
    Sample("none", [uniform(1, 2, 3, 4)], normalize="none"),
    Sample("strided", [uniform(2, 3, 4, 6)], strided=True),
    Sample("empty", [uniform(0, 3, 4, 4)]),
    Sample("one", [uniform(1, 1, 1, 1)]),
])

# Losses --------------------------------------------------------------------------------------------------------------


def pairs(first, second, **params):
    return [
        Sample("plain", [first(3, 4), second(3, 4)], **params),
        Sample("strided", [first(4, 6), second(4, 6)], strided=True, **params),
        Sample("image", [first(2, 3, 4, 5), second(2, 3, 4, 5)], **params),
        Sample("sum", [first(3, 4), second(3, 4)], reduction="sum", **params),
        Sample("none", [first(3, 4), second(3, 4)], reduction="none", **params),
        Sample("one", [first(1), second(1)], **params),
        Sample("empty", [first(0, 3), second(0, 3)], gradient=False, **params),
    ]


def upper(*shape):
    return uniform(*shape, lo=0.4, hi=3.0, avoid=[1.0, 1.5])


def near_zero(*shape):
    return uniform(*shape, lo=-0.01, hi=0.01)


def fraction(*shape):
    return uniform(*shape, lo=0.0, hi=1.0)


def tv_loss(x, power=2, reduction="sum"):
    """Total variation: neighbours' differences down and across, each reduced on its own."""
    each = torch.mean if reduction == "mean" else torch.sum
    parts = [x.diff(dim=-2), x.diff(dim=-1)]
    return sum(each(part.abs() if power == 1 else part**2) for part in parts)


op("losses", "tv_loss", tv_loss, [
    Sample("plain", [distinct(2, 3, 4, 5)]),
    Sample("absolute", [distinct(3, 4, 5)], power=1),
    Sample("mean", [distinct(1, 3, 4, 5)], reduction="mean"),
    Sample("strided", [distinct(1, 3, 4, 6)], strided=True),
    Sample("empty", [uniform(0, 3, 4, 4)]),
    Sample("one", [uniform(1, 1, 1, 1)]),
])
op("losses", "mse_loss", F.mse_loss, pairs(uniform, uniform))
op("losses", "l1_loss", F.l1_loss, pairs(upper, near_zero))
op("losses", "smooth_l1_loss", F.smooth_l1_loss, pairs(upper, near_zero) + [
    Sample("beta", [upper(3, 4), near_zero(3, 4)], beta=1.5),
])


def constant(x):
    """A weight of a loss: PyTorch gives it no gradient."""
    return None if x is None else x.detach()


def bce_with_logits(x, target, pos_weight=None, weight=None, reduction="mean"):
    return F.binary_cross_entropy_with_logits(
        x, target, constant(weight), pos_weight=constant(pos_weight), reduction=reduction)


op("losses", "bce_with_logits", bce_with_logits, pairs(uniform, fraction) + [
    Sample("far", [values(-200.0, -50.0, 50.0, 200.0), values(0.0, 1.0, 0.25, 1.0)]),
    Sample("pos_weight", [uniform(3, 4), fraction(3, 4), positive(4)]),
    Sample("weights", [uniform(3, 4), fraction(3, 4), positive(4), positive(3, 1)], reduction="sum"),
])


def cross_entropy(x, target, weight=None, reduction="mean", label_smoothing=0.0, ignore_index=-100):
    return F.cross_entropy(
        x, target, constant(weight), ignore_index=ignore_index, reduction=reduction, label_smoothing=label_smoothing)


def options_of_classes(name, **params):
    """Classes with weights, smoothing and a class that does not count, in every reduction."""
    return [
        Sample(f"{name}_{reduction}", [uniform(6, 4), integers(6, hi=4), positive(4)], reduction=reduction, **params)
        for reduction in ["mean", "sum", "none"]
    ]


op("losses", "cross_entropy", cross_entropy, options_of_classes("weighted") + [
    *options_of_classes("smoothed", label_smoothing=0.2),
    *options_of_classes("ignored", ignore_index=1),
    *options_of_classes("both", label_smoothing=0.2, ignore_index=2),
    Sample("smoothed_image", [uniform(2, 3, 4, 5), integers(2, 4, 5, hi=3)], label_smoothing=0.1),
    Sample("ignored_image", [uniform(2, 3, 4, 5), integers(2, 4, 5, hi=3)], ignore_index=0),
    Sample("probabilities", [uniform(4, 5), fraction(4, 5)]),
    Sample("probabilities_image", [uniform(2, 3, 4, 5), fraction(2, 3, 4, 5), positive(3)], label_smoothing=0.3),
    Sample("probabilities_sum", [uniform(4, 5), fraction(4, 5), positive(5)], reduction="sum"),
    Sample("probabilities_none", [uniform(4, 5), fraction(4, 5)], reduction="none"),
    Sample("unbatched", [uniform(5), integers(hi=5)]),
    Sample("unbatched_none", [uniform(5), integers(hi=5)], reduction="none"),
    Sample("plain", [uniform(4, 5), integers(4, hi=5)]),
    Sample("strided", [uniform(4, 6), integers(4, hi=6)], strided=True),
    Sample("image", [uniform(2, 3, 4, 5), integers(2, 4, 5, hi=3)]),
    Sample("sum", [uniform(4, 5), integers(4, hi=5)], reduction="sum"),
    Sample("none", [uniform(4, 5), integers(4, hi=5)], reduction="none"),
    Sample("far", [values([1000.0, -1000.0, 0.0], [0.0, 999.0, 1000.0]), integers(2, hi=3)]),
    Sample("one", [uniform(1, 1), integers(1, hi=1)]),
    Sample("empty", [uniform(0, 3), integers(0, hi=3)], gradient=False),
])

# Attention -----------------------------------------------------------------------------------------------------------


def attention(q, k, v, mask=None, is_causal=False, scale=None):
    """The definition in plain operations; equal to scaled_dot_product_attention, which is asserted."""
    scores = q @ k.transpose(-2, -1) * (q.shape[-1] ** -0.5 if scale is None else scale)
    if is_causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), float("-inf"))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf")) if mask.dtype == torch.bool else scores + mask
    blind = (scores == float("-inf")).all(-1, keepdim=True)
    y = torch.softmax(scores.masked_fill(blind, 0.0), -1).masked_fill(blind, 0.0) @ v
    with torch.no_grad():
        own = F.scaled_dot_product_attention(q, k, v, mask, is_causal=is_causal, scale=scale)
        assert torch.allclose(y, own, rtol=1e-9, atol=1e-12), "not PyTorch's attention"
    return y


def heads(name, batch, length, sources, size, width=None, mask=None, strided=False, **params):
    inputs = [uniform(*batch, length, size), uniform(*batch, sources, size), uniform(*batch, sources, width or size)]
    return Sample(name, inputs + ([mask] if mask else []), strided=strided, **params)


def half_blind(rows, columns, value):
    """A mask whose second row hides everything."""

    def draw():
        allowed = torch.rand(rows, columns) < 0.7
        allowed[1] = False
        return allowed if value is None else torch.where(allowed, torch.randn(rows, columns), torch.tensor(value))

    return draw


op("attention", "attention", attention, [
    heads("plain", (2, 3), 4, 4, 5),
    heads("cross", (2, 2), 3, 7, 4, width=6),
    heads("strided", (1, 2), 4, 5, 6, strided=True),
    heads("scale", (2,), 3, 5, 4, scale=0.3),
    heads("unbatched", (), 3, 5, 4),
    heads("causal", (1, 2), 5, 5, 4, is_causal=True),
    heads("causal_wide", (1, 2), 3, 6, 4, is_causal=True),
    heads("causal_tall", (1, 2), 6, 3, 4, is_causal=True),
    heads("bool_mask", (2, 2), 4, 5, 4, mask=half_blind(4, 5, None)),
    heads("added_mask", (2, 2), 4, 5, 4, mask=half_blind(4, 5, float("-inf"))),
    heads("head_mask", (2, 3), 4, 5, 4, mask=uniform(2, 1, 4, 5)),
    heads("far", (1, 1), 3, 4, 2, scale=300.0),
    heads("empty", (0, 2), 3, 4, 5),
    heads("no_queries", (1, 2), 0, 4, 5),
    heads("size32", (1,), 21, 17, 32, is_causal=True),
    heads("size40", (1, 1), 19, 23, 40),
    heads("size64", (1, 2), 9, 5, 64, mask=mask(1, 9, 5)),
    heads("size80", (1,), 5, 13, 80, width=40, mask=uniform(13)),
    heads("size160", (1,), 3, 7, 160, mask=half_blind(3, 7, None)),
    heads("size512", (1,), 2, 3, 512),
    heads("one", (1, 1), 1, 1, 1),
])

# Windows and sampling ------------------------------------------------------------------------------------------------

op("windows", "unfold", F.unfold, [
    Sample("plain", [uniform(2, 3, 4, 5)], kernel_size=[2, 2]),
    Sample("padded", [uniform(1, 2, 5, 6)], kernel_size=[3, 3], padding=[1, 1]),
    Sample("uneven", [uniform(1, 2, 7, 8)], kernel_size=[3, 2], stride=[2, 3], padding=[1, 0], dilation=[1, 2]),
    Sample("dilated", [uniform(1, 2, 7, 8)], kernel_size=[2, 3], dilation=[3, 2]),
    Sample("strided", [uniform(1, 2, 4, 6)], strided=True, kernel_size=[2, 2], stride=[2, 2]),
    Sample("unbatched", [uniform(3, 4, 5)], kernel_size=[2, 3]),
    Sample("empty", [uniform(0, 3, 4, 5)], kernel_size=[2, 2]),
    Sample("one", [uniform(1, 1, 1, 1)], kernel_size=[1, 1]),
])
op("windows", "fold", F.fold, [
    Sample("plain", [uniform(2, 12, 12)], output_size=[4, 5], kernel_size=[2, 2]),
    Sample("padded", [uniform(1, 18, 30)], output_size=[5, 6], kernel_size=[3, 3], padding=[1, 1]),
    Sample("uneven", [uniform(1, 12, 8)], output_size=[7, 8], kernel_size=[3, 2], stride=[2, 3], padding=[1, 0],
           dilation=[1, 2]),
    Sample("apart", [uniform(1, 4, 4)], output_size=[5, 5], kernel_size=[2, 2], stride=[3, 3]),
    Sample("strided", [uniform(1, 8, 6)], strided=True, output_size=[4, 6], kernel_size=[2, 2], stride=[2, 2]),
    Sample("unbatched", [uniform(18, 9)], output_size=[5, 5], kernel_size=[3, 3]),
    Sample("empty", [uniform(0, 12, 12)], output_size=[4, 5], kernel_size=[2, 2]),
    Sample("one", [uniform(1, 1, 1)], output_size=[1, 1], kernel_size=[1, 1]),
])
op("windows", "pixel_shuffle", F.pixel_shuffle, [
    Sample("plain", [uniform(2, 8, 3, 4)], upscale_factor=2),
    Sample("three", [uniform(1, 18, 2, 3)], upscale_factor=3),
    Sample("unbatched", [uniform(4, 3, 2)], upscale_factor=2),
    Sample("more_axes", [uniform(2, 1, 4, 3, 2)], upscale_factor=2),
    Sample("strided", [uniform(1, 8, 3, 4)], strided=True, upscale_factor=2),
    Sample("empty", [uniform(0, 4, 2, 2)], gradient=False, upscale_factor=2),
    Sample("one", [uniform(1, 1, 1, 1)], upscale_factor=1),
])


def pixel_unshuffle(x, downscale_factor):
    """PyTorch returns an empty input as it is; its shape should change like every other."""
    if x.numel() > 0:
        return F.pixel_unshuffle(x, downscale_factor)
    n, c, h, w = x.shape
    return x.reshape(n, c * downscale_factor**2, h // downscale_factor, w // downscale_factor)


op("windows", "pixel_unshuffle", pixel_unshuffle, [
    Sample("plain", [uniform(2, 2, 4, 6)], downscale_factor=2),
    Sample("three", [uniform(1, 2, 6, 3)], downscale_factor=3),
    Sample("unbatched", [uniform(3, 4, 2)], downscale_factor=2),
    Sample("more_axes", [uniform(2, 1, 1, 2, 4)], downscale_factor=2),
    Sample("strided", [uniform(1, 2, 4, 6)], strided=True, downscale_factor=2),
    Sample("empty", [uniform(0, 1, 4, 4)], gradient=False, downscale_factor=2),
    Sample("one", [uniform(1, 1, 1, 1)], downscale_factor=1),
])
op("sampling", "grid_sample", F.grid_sample, [
    Sample(f"{mode}_{padding}_{corners}", [uniform(2, 3, 5, 4), uniform(2, 3, 4, 2, lo=-1.8, hi=1.8)], mode=mode,
           padding_mode=padding, align_corners=corners == "corners")
    for mode in ["bilinear", "nearest", "bicubic"]
    for padding in ["zeros", "border", "reflection"]
    for corners in ["corners", "edges"]
] + [
    Sample("inside", [uniform(1, 2, 6, 7), uniform(1, 9, 8, 2, lo=-1, hi=1)], align_corners=False),
    Sample("far", [uniform(1, 2, 3, 4), uniform(1, 5, 5, 2, lo=-9, hi=9)], padding_mode="reflection", align_corners=False),
    Sample("thin", [uniform(1, 2, 1, 3), uniform(1, 4, 4, 2)], padding_mode="reflection", align_corners=True),
    Sample("strided", [uniform(1, 2, 4, 6), uniform(1, 3, 4, 2)], strided=True, align_corners=False),
    Sample("empty", [uniform(0, 2, 4, 4), uniform(0, 3, 4, 2)], align_corners=False),
    Sample("one", [uniform(1, 1, 1, 1), uniform(1, 1, 1, 2)], align_corners=False),
])

# Normalisation -------------------------------------------------------------------------------------------------------


def batch_norm(x, mean, variance, weight, bias, training, momentum=0.1, eps=1e-5):
    mean, variance = mean.detach().clone(), variance.detach().clone()
    y = F.batch_norm(x, mean, variance, weight, bias, training, momentum, eps)
    return (y, mean, variance) if training else y


def batched(name, shape, strided=False, **params):
    c = shape[1]
    return Sample(name, [uniform(*shape), uniform(c), positive(c), uniform(c), uniform(c)], strided=strided, **params)


op("normalisation", "batch_norm", batch_norm, [
    batched("eval", (2, 3, 4, 5), training=False),
    batched("eval_strided", (2, 3, 4, 6), strided=True, training=False),
    batched("eval_rows", (4, 3), training=False, eps=0.01),
    batched("eval_empty", (0, 3, 4, 5), training=False),
    batched("eval_one", (1, 1, 1, 1), training=False),
    batched("train", (2, 3, 4, 5), training=True),
    batched("train_strided", (2, 3, 4, 6), strided=True, training=True),
    batched("train_rows", (5, 3), training=True, momentum=0.4),
    batched("train_blocks", (2, 16, 3, 3), training=True),
])
op("normalisation", "instance_norm", lambda x, w=None, b=None, eps=1e-5: F.instance_norm(x, weight=w, bias=b, eps=eps), [
    Sample("plain", [uniform(2, 3, 4, 5), uniform(3), uniform(3)]),
    Sample("bare", [uniform(2, 3, 4, 5)]),
    Sample("strided", [uniform(2, 3, 4, 6), uniform(3), uniform(3)], strided=True),
    Sample("eps", [uniform(1, 2, 3, 3)], eps=0.1),
    Sample("blocks", [uniform(1, 16, 5, 5), uniform(16), uniform(16)]),
    Sample("offset", [uniform(1, 2, 8, 8, lo=100.0, hi=101.0), uniform(2), uniform(2)]),
    Sample("empty", [uniform(0, 3, 4, 5)]),
    Sample("one", [uniform(1, 1, 1, 2)]),
])
op("normalisation", "group_norm", lambda x, w=None, b=None, groups=1, eps=1e-5: torch.group_norm(x, groups, w, b, eps), [
    Sample("plain", [uniform(2, 6, 3, 4), uniform(6), uniform(6)], groups=2),
    Sample("bare", [uniform(2, 6, 3, 4)], groups=3),
    Sample("strided", [uniform(2, 4, 3, 6), uniform(4), uniform(4)], strided=True, groups=2),
    Sample("rows", [uniform(3, 8), uniform(8), uniform(8)], groups=4, eps=0.01),
    Sample("blocks", [uniform(1, 32, 3, 3), uniform(32), uniform(32)], groups=8),
    Sample("empty", [uniform(0, 4, 3, 3), uniform(4), uniform(4)], groups=2),
    Sample("one", [uniform(1, 1, 1, 1), uniform(1), uniform(1)], groups=1),
])
def layer_norm(x, weight=None, bias=None, normalized_shape=(), eps=1e-5):
    return F.layer_norm(x, normalized_shape, weight, bias, eps)


op("normalisation", "layer_norm", layer_norm, [
    Sample("plain", [uniform(3, 8), uniform(8), uniform(8)], normalized_shape=[8]),
    Sample("bare", [uniform(2, 3, 5)], normalized_shape=[5]),
    Sample("two_axes", [uniform(2, 3, 4), uniform(3, 4), uniform(3, 4)], normalized_shape=[3, 4]),
    Sample("strided", [uniform(4, 6), uniform(6), uniform(6)], strided=True, normalized_shape=[6], eps=0.01),
    Sample("long", [uniform(2, 131), uniform(131), uniform(131)], normalized_shape=[131]),
    Sample("empty", [uniform(0, 4), uniform(4), uniform(4)], normalized_shape=[4]),
    Sample("one", [uniform(1), uniform(1), uniform(1)], normalized_shape=[1]),
])
