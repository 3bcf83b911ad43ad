"""What every peer of this folder ends with: measure(work) runs it and prints one line of JSON for Scripts/bench/run, as
work/measure.lua does for ours. BENCH_SECONDS says for about how long, BENCH_THREADS on how many threads."""
import json
import os
import time

BUDGET = float(os.environ.get("BENCH_SECONDS", "1"))
THREADS = int(os.environ.get("BENCH_THREADS") or os.cpu_count())


def peak():
    """The peak of resident memory in bytes. getrusage would count what was inherited from the parent."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def once(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(work):
    first, seconds = once(work), []
    while not seconds or (sum(seconds) < BUDGET and len(seconds) < 50):
        seconds.append(once(work))
    print(json.dumps({"first": first, "seconds": seconds, "peak_rss": peak()}))


def torch():
    """PyTorch on the wanted threads, seeded."""
    import torch as module

    module.set_num_threads(THREADS)
    module.manual_seed(0)
    return module


def openvino(module, *inputs):
    """A PyTorch module as OpenVINO runs it in f32: a function of nothing. The conversion is not measured."""
    import openvino as ov

    model = ov.convert_model(module, example_input=inputs)
    model.reshape({i: list(x.shape) for i, x in enumerate(inputs)})
    compiled = ov.Core().compile_model(
        model,
        "CPU",
        {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": THREADS, "PERFORMANCE_HINT": "LATENCY"},
    )
    arrays = [x.numpy() for x in inputs]
    return lambda: compiled(arrays)


def inference(engine, module, *inputs):
    """Measures a module without gradients in "torch" or "openvino"."""
    torch_ = torch()
    module.eval().requires_grad_(False)
    if engine == "openvino":
        return measure(openvino(module, *inputs))
    with torch_.inference_mode():
        measure(lambda: module(*inputs))
