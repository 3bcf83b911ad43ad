"""Peak resident memory of every filter on a picture of twelve megapixels (3 × 3000 × 4000 floats, 137 MiB), each in a
process of its own with its default options. Prints bytes and seconds; exit status 1 when one needs 2 GB or more.

    python3 Scripts/benchmarks/filter_memory.py [PROGRAM] [NAME…]
"""
import os, subprocess, sys, tempfile, time

program = sys.argv[1] if len(sys.argv) > 1 else ".build/release/atelier"
LIMIT = 2_000_000_000
# What a filter needs after the picture.
ARGUMENTS = {"convolve": ", tensor.ones(5, 5), {normalize = true}", "joint_bilateral": ", x"}
# Names in the table that are no filters.
OTHERS = {"chain", "preset", "presets", "fit"}

listing = "local n = {} for k in pairs(filters) do n[#n + 1] = k end table.sort(n) print(table.concat(n, ' '))"
names = sys.argv[2:] or subprocess.run([program, "-e", listing], capture_output=True, text=True).stdout.split()
failed = False
for name in names:
    if name in OTHERS:
        continue
    code = f"local x = tensor.rand(3, 3000, 4000) local y = filters.{name}(x{ARGUMENTS.get(name, '')}) print(y:size(2))"
    start = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        child = os.posix_spawn(program, [program, "-e", code], os.environ, file_actions=[
            (os.POSIX_SPAWN_DUP2, output.fileno(), 1), (os.POSIX_SPAWN_DUP2, output.fileno(), 2)])
        _, status, usage = os.wait4(child, 0)
        output.seek(0)
        text = output.read().strip()
    peak = usage.ru_maxrss * 1024
    bad = status != 0 or peak >= LIMIT
    failed |= bad
    note = ("   " + text.splitlines()[0] if status else "   <-- too much") if bad else ""
    print(f"{name:20} {peak / 1e9:6.2f} GB {time.monotonic() - start:7.1f} s{note}", flush=True)
sys.exit(failed)
