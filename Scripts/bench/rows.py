"""What Scripts/bench/run measures: the workloads, their peers and the targets. Times are ours divided by the peer's."""
from dataclasses import dataclass, field


@dataclass
class Peer:
    """A program that does the same work, in a process of its own."""

    name: str
    command: list  # the script in peers/ and its arguments; "FOLDER" is a folder that both share
    target: float | None = None  # our time divided by its time, at most
    memory: float | None = None  # our peak of resident memory divided by its peak, at most
    modules: tuple = ("torch",)  # what its Python must have


@dataclass
class Row:
    name: str
    work: list  # the script in work/ and its arguments
    peers: list = field(default_factory=list)
    flops: float = 0  # multiplications and additions of one call where they are known
    seconds: float | None = None  # our time in seconds, at most
    share: float | None = None  # the part of the machine's peak, at least
    ratio: float | None = None  # the ratio that the script finds by itself, at most
    kind: str = "work"  # "work": a script that measures itself; "wall", "prompt": see run


def conv(inputs, outputs, kernel, height, width):
    """Arithmetic of a convolution that gives height × width."""
    return 2.0 * inputs * outputs * kernel * kernel * height * width


VGG19 = [(3, 64), (64, 64), None, (64, 128), (128, 128), None, (128, 256), *[(256, 256)] * 3, None, (256, 512),
         *[(512, 512)] * 3, None, (512, 512)]


def vgg19(size, layers=None):
    """Arithmetic of VGG-19's convolutions up to relu5_1, or of the first `layers` of them."""
    total, done = 0.0, 0
    for step in VGG19:
        if step is None:
            size //= 2
        elif layers is None or done < layers:
            total, done = total + conv(*step, 3, size, size), done + 1
    return total


def johnson(size):
    half, quarter = size // 2, size // 4
    return (conv(3, 32, 9, size, size) + conv(32, 64, 3, half, half) + conv(64, 128, 3, quarter, quarter)
            + 10 * conv(128, 128, 3, quarter, quarter) + conv(128, 64, 3, half, half) + conv(64, 32, 3, size, size)
            + conv(32, 3, 9, size, size))


def revresnet(size):
    def block(inputs, channels, side):
        narrow = channels // 4
        return (conv(inputs, narrow, 3, side, side) + conv(narrow, narrow, 3, side, side)
                + conv(narrow, channels, 3, side, side))

    return (10 * block(16, 16, size) + block(16, 64, size // 2) + 9 * block(64, 64, size // 2)
            + block(64, 256, size // 4) + 11 * block(256, 256, size // 4))


def attention(batch, queries, keys, width):
    return 4.0 * batch * queries * keys * width


def transformer(channels, tokens, words, context):
    linear = 2.0 * tokens * channels * channels
    itself = 4 * linear + attention(1, tokens, tokens, channels)
    other = 2 * linear + 2 * 2.0 * words * context * channels + attention(1, tokens, words, channels)
    return 2 * linear + itself + other + 12 * linear


def networks():
    def pair(script, *arguments, target, memory=0.6, name="PyTorch f32"):
        return Peer(name, [script, *arguments], target, memory)

    for size, target in ((256, 0.42), (512, 0.32), (1024, 0.26)):
        peers = [pair("gatys.py", str(size), "f32", target=target)]
        peers.append(pair("gatys.py", str(size), "bf16", target=0.8 if size == 512 else None, memory=None,
                          name="PyTorch bf16"))
        yield Row(f"gatys-{size}", ["gatys.lua", str(size)], peers, 2 * vgg19(size))
    for size in (512, 1024):
        yield Row(f"johnson-{size}", ["johnson.lua", str(size)], [
            Peer("OpenVINO f32", ["johnson.py", str(size), "openvino"], 0.63, modules=("torch", "openvino")),
            pair("johnson.py", str(size), "torch", target=None)], johnson(size))
    # Forward and both gradients of the network; VGG-19's ten layers on both pictures, and its input gradient.
    yield Row("johnson-train", ["johnson_train.lua"], [pair("johnson_train.py", target=0.38)],
              4 * (3 * johnson(256) + 3 * vgg19(256, 10)))
    for size, target in ((512, 0.38), (1280, 0.15)):
        yield Row(f"revresnet-{size}", ["revresnet.lua", str(size)],
                  [pair("revresnet.py", str(size), target=target)], 2 * revresnet(size))
    blocks = (("resblock", 2 * (2 * conv(320, 320, 3, 64, 64) + 2.0 * 1280 * 320)),
              ("transformer", 2 * transformer(320, 4096, 77, 768)))
    for block, flops in blocks:
        yield Row(f"sd-{block}", ["unet_block.lua", block], [
            Peer("OpenVINO f32", ["unet_block.py", block, "openvino"], 0.6, modules=("torch", "openvino")),
            pair("unet_block.py", block, "torch", target=None)], flops)


def operations():
    yield Row("attention", ["attention.lua"], [Peer("PyTorch f32", ["attention.py"], 0.5, 0.6)],
              attention(8, 4096, 4096, 40))
    yield Row("matmul-2048", ["matmul.lua", "2048"], [Peer("PyTorch f32", ["matmul.py", "2048"])], 2 * 2048.0**3,
              share=0.9)
    for channels, size in ((64, 512), (128, 256), (256, 128), (512, 64)):
        for direction in ("forward", "input", "weight"):
            arguments = [str(channels), str(size), direction]
            yield Row(f"conv-{channels}-{direction}", ["conv.lua", *arguments],
                      [Peer("PyTorch f32", ["conv.py", *arguments])], conv(channels, channels, 3, size, size))
    yield Row("adam", ["adam.lua"], [Peer("PyTorch f32", ["adam.py"])])
    yield Row("small-ops", ["small_ops.lua"], [Peer("PyTorch", ["small_ops.py"], 0.6)])
    yield Row("pixel-cost", ["pixel_cost.lua"], flops=johnson(1280), ratio=1.2)


def starts():
    peer = [Peer("import torch", ["start.py"])]
    yield Row("start-prompt", [], peer, seconds=0.05, kind="prompt")
    yield Row("start-line", ["-e", "print(1)"], peer, seconds=0.03, kind="wall")


# OpenCV's pictures are bytes; the rows marked "floats" count its conversion to and from our planes of floats too.
def pictures():
    scikit = ("skimage",)
    yield Row("ssim", ["ssim.lua"], [Peer("scikit-image", ["ssim.py"], 0.2, modules=scikit)])
    for ending in ("png", "jpg"):
        for task in ("read", "write"):
            work = ["pictures.lua", task, ending, "FOLDER"]
            for name, more in ((f"{task}-{ending}", []), (f"{task}-{ending}-floats", ["floats"])):
                yield Row(name, work,
                          [Peer("OpenCV", ["pictures.py", task, ending, "FOLDER", *more], 1.2, modules=("cv2",))])


FILTERS = {
    "gaussian-2": 1.5, "gaussian-10": 1.5, "gaussian-40": 1.5, "convolve-7": 1.5, "bilateral-9": 1.0, "median-5": 1.5,
    "domain-recursive": 0.5, "domain-normalized": 0.5, "detail": 0.5, "pencil": 0.5, "stylize": 0.5,
}
FILTERS_ALONE = {"guided-8": 0.15, "kuwahara-anisotropic": 0.6, "flow-xdog": 0.6}


def filters():
    for name, target in FILTERS.items():
        yield Row(f"filter-{name}", ["filters.lua", name],
                  [Peer("OpenCV", ["filters.py", name], target, modules=("cv2",))])
    for name, seconds in FILTERS_ALONE.items():
        yield Row(f"filter-{name}", ["filters.lua", name], seconds=seconds)


ROWS = [*networks(), *operations(), *starts(), *pictures(), *filters()]
