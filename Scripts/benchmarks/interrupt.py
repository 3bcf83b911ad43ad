"""How long Ctrl-C takes inside the engine. For each operation: starts the program, waits until it is at work, sends
SIGINT 300 ms later and measures until the program has reported and ended.

    python3 Scripts/benchmarks/interrupt.py [PROGRAM] [WORD]      only operations whose name holds WORD
"""
import os, signal, subprocess, sys, tempfile, time

program = sys.argv[1] if len(sys.argv) > 1 else ".build/release/atelier"
word = sys.argv[2] if len(sys.argv) > 2 else ""
folder = tempfile.mkdtemp()

BIG = "local x = tensor.rand(3, 3000, 4000) "
FILE = "local x = tensor.rand(3, 6000, 8000) "
# name: (what comes before, what is repeated until the signal comes)
operations = {
    "Lua loop": ("", "while true do end"),
    "matmul 8192": ("local a = tensor.rand(8192, 8192)", "a:matmul(a)"),
    "matmul f64 4096": ("local a = tensor.rand(4096, 4096):to('f64')", "a:matmul(a)"),
    "conv 512 1024": ("local x, w = tensor.rand(1, 512, 1024, 1024), tensor.rand(512, 512, 3, 3)",
                      "nn.conv2d(x, w, {padding = 1})"),
    "conv 64 12 Mpx": ("local x, w = tensor.rand(1, 3, 3000, 4000), tensor.rand(64, 3, 3, 3)",
                       "nn.conv2d(x, w, {padding = 1})"),
    "conv depthwise": ("local x, w = tensor.rand(1, 256, 1500, 1500), tensor.rand(256, 1, 9, 9)",
                       "nn.conv2d(x, w, {padding = 4, groups = 256})"),
    "conv f64": ("local x, w = tensor.rand(1, 64, 512, 512):to('f64'), tensor.rand(64, 64, 3, 3):to('f64')",
                 "nn.conv2d(x, w, {padding = 1})"),
    "conv backward": ("local x, w = tensor.rand(1, 256, 768, 768), tensor.rand(256, 256, 3, 3):requires_grad_()\n"
                      "x:requires_grad_() local y = nn.conv2d(x, w, {padding = 1}):sum()",
                      "y:backward{retain_graph = true}"),
    "max_pool": ("local x = tensor.rand(1, 64, 3000, 3000)", "nn.max_pool2d(x, 3)"),
    "kuwahara": (BIG, "filters.kuwahara(x, {radius = 12})"),
    "xdog": (BIG, "filters.xdog(x)"),
    "gaussian": (BIG, "filters.gaussian(x, {sigma = 40})"),
    "convolve": (BIG + "local k = tensor.rand(31, 31)", "filters.convolve(x, k)"),
    "resize": (BIG, "images.resize(x, {width = 9000, height = 9000})"),
    "rotate": (BIG, "images.rotate(x, 17)"),
    "pyramid": (BIG, "images.pyramid(x)"),
    "lab": (BIG, "images.to_lab(x)"),
    "ssim": (BIG + "local y = x + 0.1", "metrics.ssim(x, y)"),
    "histogram": (BIG, "images.histogram(x)"),
    "fft2": ("local x = tensor.rand(8192, 8192)", "tensor.fft2(x)"),
    "fft 1 line 2^27": ("local x = tensor.rand(2^27)", "tensor.fft(x)"),
    "fft 1 line prime": ("local x = tensor.rand(67108859)", "tensor.fft(x)"),
    "zeros 2e9": ("", "tensor.zeros(2000000000)"),
    "rand 1e9": ("", "tensor.rand(1000000000)"),
    "randn 1e9": ("", "tensor.randn(1000000000)"),
    "randint 5e8": ("", "tensor.randint(0, 100, {500000000})"),
    "randperm 1e8": ("", "tensor.randperm(100000000)"),
    "arange 1e9": ("", "tensor.arange(1000000000)"),
    "clone 1e9": ("local x = tensor.zeros(1000000000)", "x:clone()"),
    "cat 5e8": ("local x = tensor.zeros(500000000)", "tensor.cat{x, x}"),
    "fill_ 1e9": ("local x = tensor.zeros(1000000000)", "x:fill_(2)"),
    "mul_ 1e9": ("local x = tensor.zeros(1000000000)", "x:mul_(2)"),
    "transpose copy": ("local x = tensor.zeros(30000, 30000)", "x:transpose(1, 2):contiguous()"),
    "sort 1e8": ("local x = tensor.rand(100000000)", "x:sort()"),
    "topk 1e8": ("local x = tensor.rand(100000000)", "x:topk(100)"),
    "unique 1e8": ("local x = tensor.rand(100000000)", "x:unique()"),
    "cumsum 3e8": ("local x = tensor.rand(300000000)", "x:cumsum(1)"),
    "quantile 1e8": ("local x = tensor.rand(100000000)", "x:quantile(0.5)"),
    "sum 1e9": ("local x = tensor.zeros(1000000000)", "x:sum()"),
    "argmax 1e9": ("local x = tensor.zeros(1000000000)", "x:argmax()"),
    "index_select": ("local x, i = tensor.rand(100000000), tensor.randint(1, 100000000, {100000000})",
                     "x:index_select(1, i)"),
    "nonzero": ("local x = tensor.rand(300000000)", "(x:gt(0.5)):nonzero()"),
    "svd batch": ("local x = tensor.rand(5000, 100, 100)", "x:svd()"),
    "svd one 2000": ("local x = tensor.rand(2000, 2000)", "x:svd()"),
    "attention": ("local q = tensor.rand(1, 8, 8192, 64)", "nn.attention(q, q, q)"),
    "adam 1e8": ("local p = tensor.zeros(100000000):requires_grad_() p:sum():backward()\n"
                 "local o = optim.adam({p})", "o:step()"),
    "many small ops backward": ("local x = tensor.rand(10):requires_grad_() local y = x\n"
                                "for i = 1, 200000 do y = y + x end y = y:sum()", "y:backward{retain_graph = true}"),
    "safetensors save": ("local x = tensor.zeros(500000000)",
                         f"checkpoints.save({{x = x}}, '{folder}/a.safetensors')"),
    "safetensors load": (f"local x = tensor.zeros(500000000) checkpoints.save({{x = x}}, '{folder}/b.safetensors')",
                         f"checkpoints.load('{folder}/b.safetensors')"),
    "png save": (FILE, f"images.save(x, '{folder}/a.png')"),
    "png load": (FILE + f"images.save(x, '{folder}/b.png')", f"images.load('{folder}/b.png')"),
    "jpeg save": (FILE, f"images.save(x, '{folder}/a.jpg')"),
    "jpeg load": (FILE + f"images.save(x, '{folder}/b.jpg')", f"images.load('{folder}/b.jpg')"),
    "webp save": (FILE, f"images.save(x, '{folder}/a.webp')"),
    "webp load": (BIG + f"images.save(x, '{folder}/b.webp')", f"images.load('{folder}/b.webp')"),
    "scene": ("", "scenes.library{width = 3000, height = 2000}"),
    "tensor printing": ("local x = tensor.rand(100000000)", "tostring(x)"),
    "to list": ("local x = tensor.rand(20000000)", "x:tolist()"),
}


def latency(before, work):
    code = before + "\nio.write('go\\n') io.flush()\nwhile true do " + work + " end"
    process = subprocess.Popen([program, "-e", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if process.stdout.readline() != "go\n":
        return process.communicate()[1].strip().splitlines()[0]
    time.sleep(0.3)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    line = process.stderr.readline()
    seconds = time.monotonic() - start
    process.kill()
    process.communicate()
    return seconds if "interrupted" in line else line.strip()


for name, (before, work) in operations.items():
    if word not in name:
        continue
    result = latency(before, work)
    text = result if isinstance(result, str) else f"{result * 1000:7.0f} ms" + ("   <-- slow" if result > 0.15 else "")
    print(f"{name:24} {text}", flush=True)
