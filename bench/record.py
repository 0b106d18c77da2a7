"""Writes figures into bench/RESULTS.md: each kind of run has a section between two markers, replaced as a whole."""

import datetime
import os
import pathlib
import platform
import statistics

RESULTS = pathlib.Path(__file__).resolve().parent / "RESULTS.md"


def replace(section, text):
    """Puts `text` between the markers of a section."""
    before, rest = RESULTS.read_text().split(f"<!-- {section} -->\n", 1)
    _, after = rest.split(f"<!-- /{section} -->", 1)
    RESULTS.write_text(f"{before}<!-- {section} -->\n{text.strip()}\n<!-- /{section} -->{after}")


def box(command):
    """What a figure is worth nothing without."""
    with open("/proc/cpuinfo") as lines:
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    gibibytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    day = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    return (f"{day}, {os.cpu_count()} cores of {model}, {gibibytes:.0f} GiB, Linux {platform.release().split('-')[0]}."
            f" Command: `{command}`.\n")


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def runs(reports):
    """A row for every scenario and server, medians of its runs."""
    rows = []
    for (scenario, server), of in reports.items():
        middle = lambda value: statistics.median(value(report) for report in of)
        if "held" in of[0]:
            continue
        process = lambda field: middle(lambda r: r["server_process"][field]) if of[0]["server_process"] else float("nan")
        whole, floor = process("cpu_us_per_forwarded_packet"), middle(lambda r: r["limit_probe"]["cpu_us_per_packet"])
        latency = lambda of_what, q: middle(lambda r: of_what(r)[q])
        lag = lambda r: r["generator"]["send_lag_us"]
        late = lambda r: r["latency_us"]
        rows.append([
            scenario, server, f"{whole:.2f}", f"{floor:.2f}", f"{middle(lambda r: r['limit_probe']['paced_us_per_packet']):.2f}",
            f"{middle(lambda r: r['server_process']['cpu_us_per_forwarded_packet'] / r['limit_probe']['cpu_us_per_packet']):.2f}"
            if of[0]["server_process"] else "",
            f"{process('cpu_cores'):.2f}", f"{middle(lambda r: r['packets']['loss_pct']):.3f}",
            f"{latency(late, 'p50'):.0f} / {latency(late, 'p99'):.0f}", f"{middle(lambda r: r['jitter_us']['p50']):.0f}",
            f"{latency(lag, 'p50'):.0f} / {latency(lag, 'p99'):.0f}",
            f"{process('rss_per_peer_connection_kib'):.0f}", f"{middle(lambda r: r['machine']['other_cores']):.2f}"])
    return table(["scenario", "server", "CPU µs/packet", "limit", "paced limit", "× limit", "cores", "lost %", "latency p50 / p99 µs",
                  "jitter µs", "generator's lag p50 / p99 µs", "KiB/connection", "others' cores"], rows)


def forward(reports, verdicts, repeats, command):
    """The section of a whole make bench-forward."""
    targets = table(["case", "value", "unit", "target", "met"], [
        [v["case"], f"{v['value']:.4g}", v["unit"], v["target"], "yes" if v["ok"] else "**no**"] for v in verdicts])
    heading = f"Medians of {repeats} interleaved runs, a fresh server each.\n"
    replace("forward", f"{box(command)}\n{heading}\n{targets}\n{runs(reports)}")


def stages(rows, command):
    """The section of make bench-forward ARGS=--profile."""
    shown = [[row["stage"], f"{row['us_per_packet']:.2f}", f"{row['share']:.1%}",
              "" if row["floor_us_per_packet"] is None else f"{row['floor_us_per_packet']:.2f}"] for row in rows]
    lines = table(["stage", "CPU µs/packet", "share", "limit probe"], shown)
    replace("profile", f"{box(command)}\n{lines}\n![Flame graph of b50](forward.svg)")
