#!/usr/bin/env python3
"""Golden values of numpy.histogram: Tests/Golden/plots.json. Needs nothing but NumPy.

Each case: `values` (null stands for NaN), `single` (the values are float32), `bins` (a number or borders), `range` or null,
`density`, and NumPy's `edges` and `heights`. Values that are not finite are left out before NumPy sees them, which is what
plot.hist does; NumPy itself refuses them unless a range is given.
"""
import json
import pathlib

import numpy as np

FILE = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Golden" / "plots.json"
random = np.random.default_rng(0)
cases = []


def case(name, values, bins=10, range=None, density=False):
    values = np.asarray(values)
    finite = values[np.isfinite(values)]
    heights, edges = np.histogram(finite, bins=bins, range=range, density=density)
    cases.append({
        "name": name, "values": [None if np.isnan(v) else float(v) for v in values],
        "single": values.dtype == np.float32, "bins": bins, "range": range, "density": density,
        "edges": [float(e) for e in edges], "heights": [float(h) for h in heights],
    })


normal = random.normal(size=300).round(6)
tenths = np.arange(101) / 10
case("normal", normal)
case("borders", tenths, bins=20)  # most values lie on borders, or beside them by rounding
case("right edge", [0.0, 1.0, 2.0, 3.0, 4.0], bins=4)
case("thirds", np.arange(31) / 3, bins=30)
case("range", normal, bins=7, range=(-1, 2))
case("range outside", normal, bins=3, range=(-50, 50))
case("density", normal, bins=12, density=True)
case("density in a range", normal, bins=5, range=(0, 1), density=True)
case("constant", [2.5] * 4, bins=3)
case("one", [7.0], bins=5)
case("negative", -tenths, bins=9)
case("tiny", normal * 1e-9, bins=8)
case("far", 1e9 + tenths, bins=16)
case("NaN", [1.0, float("nan"), 2.0, 2.0, float("nan"), 5.0], bins=4)
case("given borders", normal, bins=[-2.0, -0.5, 0.0, 0.25, 3.0])
case("given borders, values on them", tenths, bins=[0.0, 0.1, 0.3, 0.7, 10.0])
case("single", normal.astype(np.float32), bins=25)
case("single borders", tenths.astype(np.float32), bins=20)
case("single range", tenths.astype(np.float32), bins=30, range=(0, 3))

# One case a line, so that a change shows.
lines = ",\n".join(json.dumps(c) for c in cases)
FILE.write_text(f'{{"script": "Scripts/golden/plots.py", "numpy": "{np.__version__}", "cases": [\n{lines}\n]}}\n')
print(f"{FILE.name}: {len(cases)} cases, {FILE.stat().st_size / 1024:.0f} KB")
