#!/usr/bin/env bash
# What each stage of forwarding costs by itself: one JSON line a stage, nanoseconds a packet (median, and its 95 % interval).
set -euo pipefail
cd "$(dirname "$0")/../bench/stages"

cargo bench --quiet --locked -- --noplot "$@" >&2
exec python3 - <<'PY'
import json
import pathlib

for directory in sorted(pathlib.Path("target/criterion/stages").iterdir(), key=lambda path: path.stat().st_mtime):
    # A directory that holds reports alone has no figures.
    if not (directory / "new/estimates.json").exists():
        continue
    median = json.loads((directory / "new/estimates.json").read_text())["median"]
    about = json.loads((directory / "new/benchmark.json").read_text())
    packets = about["throughput"]["Elements"]
    interval = median["confidence_interval"]
    print(json.dumps({"case": about["function_id"], "value": round(median["point_estimate"] / packets, 1), "unit": "ns/packet",
                      "interval": [round(interval[bound] / packets, 1) for bound in ("lower_bound", "upper_bound")]}))
PY
