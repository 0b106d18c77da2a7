"""Writes figures into bench/RESULTS.md: each kind of run has a section between two markers, replaced as a whole."""

import datetime
import os
import pathlib
import platform
import statistics

# Others using more than this makes a run one of a busy machine.
QUIET_CORES = 0.2
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
    head = ["scenario", "server", "CPU µs/packet", "limit", "paced limit", "× limit", "cores", "lost %",
            "latency p50 / p99 µs", "jitter µs", "generator's lag p50 / p99 µs", "KiB/connection", "others' cores"]
    return table(head, [row(scenario, server, of) for (scenario, server), of in reports.items() if "held" not in of[0]])


def row(scenario, server, reports):
    def middle(digits, *path, over=None):
        values = [at(report, path) / (at(report, over) if over else 1) for report in reports if report[path[0]]]
        return f"{statistics.median(values):.{digits}f}" if values else ""

    def p50_p99(*path):
        return f"{middle(0, *path, 'p50')} / {middle(0, *path, 'p99')}"

    cost, limit = ("server_process", "cpu_us_per_forwarded_packet"), ("limit_probe", "cpu_us_per_packet")
    return [scenario, server, middle(2, *cost), middle(2, *limit), middle(2, "limit_probe", "paced_us_per_packet"),
            middle(2, *cost, over=limit), middle(2, "server_process", "cpu_cores"), middle(3, "packets", "loss_pct"),
            p50_p99("latency_us"), middle(0, "jitter_us", "p50"), p50_p99("generator", "send_lag_us"),
            middle(0, "server_process", "rss_per_peer_connection_kib"), middle(2, "machine", "other_cores")]


def at(report, path):
    for key in path:
        report = report[key]
    return report


def forward(reports, verdicts, repeats, command):
    """The section of a whole make bench-forward."""
    targets = table(["case", "value", "unit", "target", "met"], [
        [v["case"], f"{v['value']:.4g}", v["unit"], v["target"], "yes" if v["ok"] else "**no**"] for v in verdicts])
    several = f"Medians of {repeats} interleaved runs" if repeats > 1 else "One run"
    heading = f"{several}, a fresh server each.\n"
    others = statistics.median(r["machine"]["other_cores"] for of in reports.values() for r in of if "machine" in r)
    if others > QUIET_CORES:
        heading += (f"\nThe machine was not quiet: others used {others:.1f} of its cores. Costs are upper bounds, latencies and"
                    " losses say more about the machine than about a server.\n")
    replace("forward", f"{box(command)}\n{heading}\n{targets}\n{runs(reports)}")


def stages(rows, command):
    """The section of make bench-forward ARGS=--profile."""
    shown = [[row["stage"], f"{row['us_per_packet']:.2f}", f"{row['share']:.1%}",
              "" if row["floor_us_per_packet"] is None else f"{row['floor_us_per_packet']:.2f}"] for row in rows]
    lines = table(["stage", "CPU µs/packet", "share", "limit probe"], shown)
    replace("profile", f"{box(command)}\n{lines}\n![Flame graph of b50](forward.svg)")
