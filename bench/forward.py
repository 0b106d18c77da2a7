#!/usr/bin/env python3
"""What `make bench-forward` runs: the server and a peer, interleaved, a fresh process each run.

Prints sfu-load's line of JSON for every run, then one line for every target (case, value, unit, target, ok): medians of
the runs. Progress goes to standard error. bench/README.md explains the scenarios and how to read the result.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import flamegraph
import record

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
LOAD = HERE / "sfu-load/target/release/sfu-load"

ONE_TO = ["--publishers", "1", "--subscribers"]
BURST = ["--video-burst", "--video-pps", "480", "--video-fps", "30"]
CHURN = ["--rooms", "10", "--publishers", "1", "--subscribers", "9", "--video-pps", "30", "--video-fps", "30"]
PAIRS = ["--rooms", "20", "--participants", "2", "--video-pps", "120", "--video-fps", "30"]


class Scenario:
    """What to load a server with, and who is measured by it."""

    def __init__(self, load, peer=False, environment=None, door="whip-whep", usual=True):
        self.load, self.peer, self.environment, self.door, self.usual = load, peer, environment or {}, door, usual


SCENARIOS = {
    "b10": Scenario(ONE_TO + ["10"]),
    "b50": Scenario(ONE_TO + ["50"], peer=True),
    "b50-tap": Scenario(ONE_TO + ["50"], environment={"FACEMENTOR_SFU__NULL_TAP": "true"}),
    "burst50": Scenario(ONE_TO + ["50"] + BURST),
    # Fewer, fuller reads: the generator has a core's worth to do here.
    "b400": Scenario(ONE_TO + ["400", "--tick-us", "4000"]),
    "m": Scenario(PAIRS, peer=True),
    # The same people over the signaling protocol: one peer connection each, where m has two.
    "m-signaling": Scenario(PAIRS, door="signaling", usual=False),
    # Rooms close a second after the last one left, so that what is kept of them can be told from what is idle.
    "churn": Scenario(CHURN, environment={"FACEMENTOR_LIVE__IDLE_S": "1"}),
}
CHURN_WARM_UP = 3000


def say(text):
    print(text, file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_quiet(limit, seconds):
    """Waits until others use under `limit` cores; returns what they used last."""

    def idle():
        with open("/proc/stat") as stat:
            return sum(int(field) for field in stat.readline().split()[4:6]) / os.sysconf("SC_CLK_TCK")

    deadline = time.time() + seconds
    while True:
        before, since = idle(), time.time()
        time.sleep(1)
        cores = os.cpu_count() - (idle() - before) / (time.time() - since)
        if cores < limit or time.time() > deadline:
            return max(cores, 0.0)


class Server:
    """A process of its own in a directory of its own; both are gone when the `with` ends."""

    name = "?"

    def __init__(self, scenario, options):
        self.scenario, self.options = scenario, options
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bench-forward-"))
        self.process = None

    def start(self, command, environment, log, ready_url):
        with open(self.directory / log, "w") as out:
            self.process = subprocess.Popen(
                command, env={**os.environ, **environment}, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        for _ in range(100):
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(ready_url, timeout=1)
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{self.name} did not start:\n{(self.directory / log).read_text()[-2000:]}")

    def __enter__(self):
        try:
            self.launch()
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def pids(self):
        return [self.process.pid]


class FaceMentor(Server):
    name = "facementor"

    def launch(self):
        http, ops = free_port(), free_port()
        self.url, self.ops = f"http://127.0.0.1:{http}", f"http://127.0.0.1:{ops}"
        environment = {
            "FACEMENTOR_DATA_DIR": str(self.directory),
            "FACEMENTOR_LOGS__FILTER": "warn,rtc_dtls=error",
            "FACEMENTOR_HTTP__LISTEN": f"127.0.0.1:{http}",
            "FACEMENTOR_OPS__LISTEN": f"127.0.0.1:{ops}",
            "FACEMENTOR_SFU__BIND": "127.0.0.1",
            "FACEMENTOR_SFU__PORT": "0",
            "FACEMENTOR_LIVE__CAPACITY": "1000",
            **self.scenario.environment,
        }
        binary = str(self.options.binary)
        self.start([binary, "serve"], environment, "log", self.url + "/readyz")
        # A signaling token is for one room; WHIP and WHEP name the room in their URLs.
        rooms = [f"load-{n}" for n in range(20)] if self.scenario.door == "signaling" else ["load-*"]
        issue = lambda room: subprocess.check_output(
            [binary, "token", "--room", room, "--ttl", "2h"], env={**os.environ, **environment}, text=True).strip()
        self.tokens = [issue(room) for room in rooms]

    def doors(self):
        if self.scenario.door == "signaling":
            return ["signaling", "--url", self.url.replace("http", "ws") + "/signaling", "--token", ",".join(self.tokens)]
        return ["whip-whep", "--whip", self.url + "/whip/{room}/{id}",
                "--whep", self.url + "/whep/{room}/{id}?publisher={pub}", "--token", self.tokens[0]]


class Janus(Server):
    name = "janus"

    def launch(self):
        self.url = f"http://127.0.0.1:{free_port()}/janus"
        port = self.url.split(":")[2].split("/")[0]
        command = [str(HERE / "janus/start.sh"), port, str(self.directory)]
        self.start(command, {}, "start.log", self.url + "/info")

    def doors(self):
        return ["janus", "--url", self.url]


class Running:
    """Any other WHIP/WHEP server that runs already."""

    def __init__(self, _scenario, options):
        self.options, self.name = options, options.peer_name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def pids(self):
        return self.options.peer_pid

    def doors(self):
        token = ["--token", self.options.peer_token] if self.options.peer_token else []
        return ["whip-whep", "--whip", self.options.peer_whip, "--whep", self.options.peer_whep, *token]


def measure(label, scenario, kind, options):
    """One run; returns sfu-load's report."""
    others = await_quiet(0.2, options.wait)
    with kind(scenario, options) as server:
        time.sleep(1)
        pids = ",".join(map(str, server.pids()))
        command = [str(LOAD), *scenario.load, "--warmup", "2", "--duration", str(options.seconds),
                   "--limit-probe", str(options.probe_seconds), "--label", label, "--server-name", server.name]
        command += (["--server-pid", pids] if pids else []) + server.doors()
        run = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if run.returncode:
            raise RuntimeError(f"sfu-load: {run.stderr.strip()[-1000:]}")
    report = json.loads(run.stdout)
    report["others_before"] = round(others, 2)
    return report


def profile(scenario, options):
    """Samples our server during b50: draws bench/forward.svg and prints what each stage costs, beside the floor."""
    # Sampling costs the sampled: a run without it says what the shares are of.
    report = measure("profile", scenario, FaceMentor, options)
    probe, whole = report["limit_probe"], cost(report)
    with FaceMentor(scenario, options) as server:
        time.sleep(1)
        command = [str(LOAD), *scenario.load, "--warmup", "2", "--duration", str(options.seconds), *server.doors()]
        load = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if not any("peer connections" in line for line in iter(load.stderr.readline, "")):
            raise RuntimeError("sfu-load did not connect")
        time.sleep(2)
        samples = server.directory / "perf.data"
        perf = flamegraph.record(server.process.pid, options.seconds, samples)
        load.communicate(timeout=300)
        if perf.wait():
            raise flamegraph.Unavailable(perf.stderr.read().strip()[-300:])
        found = flamegraph.stacks(samples)
    floors = {"seal: AES-128-GCM": probe["seal_us_per_packet"],
              "send: sendmmsg and delivery on loopback": probe["cpu_us_per_packet"] - probe["seal_us_per_packet"]}
    title = f"b50: {whole:.2f} us CPU per forwarded packet, {sum(found.values())} samples"
    flamegraph.flame(found, title, HERE / "forward.svg")
    rows = [{"stage": stage, "us_per_packet": round(share * whole, 3), "share": round(share, 3),
             "floor_us_per_packet": stage in floors and round(floors[stage], 3) or None}
            for stage, share in flamegraph.stages(found).items()]
    rows.append({"stage": "all", "us_per_packet": round(whole, 3), "share": 1,
                 "floor_us_per_packet": round(probe["cpu_us_per_packet"], 3)})
    for row in rows:
        print(json.dumps(row), flush=True)
    if options.record:
        record.stages(rows, options.command)
    say(f"{HERE / 'forward.svg'} is new")


def holdings(server):
    """What the server holds now."""
    pid = server.process.pid
    status = dict(line.split(":", 1) for line in open(f"/proc/{pid}/status"))
    descriptors = len(os.listdir(f"/proc/{pid}/fd"))  # before the scrape, which takes one
    with urllib.request.urlopen(server.ops + "/metrics", timeout=5) as answer:
        lines = (line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if not line.startswith("#"))
        metrics = {name: float(value) for name, value in lines}
    return {"rss_kib": int(status["VmRSS"].split()[0]), "fds": descriptors,
            "threads": int(status["Threads"]), "tasks": int(metrics.get("facementor_tasks", 0)),
            "rooms": int(metrics["facementor_rooms"]), "participants": int(metrics["facementor_participants"]),
            "viewers": int(metrics["facementor_viewers"])}


def settled(server):
    """What the server holds once nobody is there and idle connections and threads have had their time."""
    for _ in range(30):
        time.sleep(1)
        now = holdings(server)
        if now["rooms"] == now["participants"] == now["viewers"] == 0:
            break
    time.sleep(12)
    return holdings(server)


def churn(label, scenario, options):
    """Joins and leaves; returns sfu-load's report with what the server held before, when warm, and after."""
    with FaceMentor(scenario, options) as server:
        time.sleep(1)
        held = {"fresh": holdings(server)}
        # The first rounds fill pools and caches that stay; everything after them should leave no trace.
        for moment, joins in (("warm", CHURN_WARM_UP), ("after", options.churn)):
            command = [str(LOAD), *scenario.load, "--churn", str(joins), "--label", label,
                       "--server-name", server.name, *server.doors()]
            run = subprocess.run(command, capture_output=True, text=True, timeout=60 + joins / 10)
            if run.returncode:
                raise RuntimeError(f"sfu-load: {run.stderr.strip()[-1000:]}")
            held[moment] = settled(server)
    return {**json.loads(run.stdout), "held": held}


def summary(report):
    if "held" in report:
        return f"{report['joins']} joins and leaves in {report['seconds']:.0f} s: {report['held']}"
    process, probe, latency = report["server_process"] or {}, report["limit_probe"] or {}, report["latency_us"]
    cost, floor = process.get("cpu_us_per_forwarded_packet", 0), probe.get("cpu_us_per_packet")
    limit = f", limit {floor:.2f} (paced {probe['paced_us_per_packet']:.2f}), ratio {cost / floor:.2f}" if floor else ""
    return (f"{cost:.2f} us/packet{limit}, {process.get('cpu_cores', 0):.2f} cores,"
            f" lost {report['packets']['lost']}, latency {latency['p50']}/{latency['p99']} us,"
            f" lag {report['generator']['send_lag_us']['p99']}, rss {process.get('rss_before_kib', 0)} KiB"
            f" + {process.get('rss_per_peer_connection_kib', 0):.0f} a connection, others {report['machine']['other_cores']:.2f}")


class Results:
    """The reports of all runs, by scenario and server, in the order of the repeats."""

    def __init__(self):
        self.reports = {}

    def add(self, scenario, server, report):
        self.reports.setdefault((scenario, server), []).append(report)

    def each(self, scenario, value, server="facementor"):
        """The value of every run; a server whose process is not known has none that needs it."""
        reports = self.reports.get((scenario, server), [])
        return [value(report) for report in reports if "held" in report or report["server_process"]]

    def paired(self, scenario, other, value, servers=("facementor", "facementor")):
        """value(a) / value(b) of runs next to each other."""
        pairs = zip(self.each(scenario, value, servers[0]), self.each(other, value, servers[1]))
        return [a / b for a, b in pairs if b]


def cost(report):
    return report["server_process"]["cpu_us_per_forwarded_packet"]


def over_limit(report):
    return cost(report) / report["limit_probe"]["cpu_us_per_packet"]


def targets(results, peer):
    """(case, values, unit, bound, what stands beside it). A bound is met from below."""
    lag = results.each("b50", lambda r: r["generator"]["send_lag_us"])
    beside = {"generator_send_lag_us": {q: statistics.median(l[q] for l in lag) for q in ("p50", "p99")}} if lag else {}
    floor = lambda name: {
        "limit_us_per_packet": median(results.each(name, lambda r: r["limit_probe"]["cpu_us_per_packet"])),
        "paced_limit_us_per_packet": median(results.each(name, lambda r: r["limit_probe"]["paced_us_per_packet"])),
        "us_per_packet": median(results.each(name, cost))}
    against = lambda name: {
        f"{peer}_us_per_packet": median(results.each(name, cost, peer)),
        "us_per_packet": median(results.each(name, cost))}
    versus = lambda name: results.paired(name, name, cost, ("facementor", peer))
    per_peer = lambda r: r["server_process"]["rss_per_peer_connection_kib"]
    yield "b50-limit", results.each("b50", over_limit), "x limit probe", 1.9, floor("b50")
    yield f"b50-{peer}", versus("b50"), f"x {peer}", 1 / 14, against("b50")
    yield "burst50-limit", results.each("burst50", over_limit), "x limit probe", 2.2, floor("burst50")
    dropped = results.each("b400", lambda r: r["generator"]["socket_drops"])
    yield "b400-lost", results.each("b400", lambda r: r["packets"]["lost"]), "packets", 0, \
        {"dropped_by_the_generator": dropped}
    yield "b400-limit", results.each("b400", over_limit), "x limit probe", 1.6, floor("b400")
    yield "b400-cores", results.each("b400", lambda r: r["server_process"]["cpu_cores"]), "cores", 0.4, {}
    yield f"m-{peer}", versus("m"), f"x {peer}", 1 / 8, against("m")
    yield "b50-latency-p50", results.each("b50", lambda r: r["latency_us"]["p50"]), "us", 120, beside
    yield "b50-latency-p99", results.each("b50", lambda r: r["latency_us"]["p99"]), "us", 1000, beside
    yield "memory-per-connection-b50", results.each("b50", per_peer), "KiB", 120, {}
    yield "memory-per-connection-b400", results.each("b400", per_peer), "KiB", 120, {}
    yield "memory-per-connection-m", results.each("m", per_peer), "KiB", 120, {}
    yield "memory-per-connection-m-signaling", results.each("m-signaling", per_peer), "KiB", 120, {}
    idle = results.each("b50", lambda r: r["server_process"]["rss_before_kib"] / 1024)
    yield "memory-idle", idle, "MiB", 25, {}
    yield "growth-400-over-10", results.paired("b400", "b10", cost), "x", 1.3, {}
    for what, unit in (("rss_kib", "RSS"), ("fds", "descriptors"), ("tasks", "tasks"), ("threads", "threads")):
        grown = results.each("churn", lambda r: r["held"]["after"][what] / max(r["held"]["warm"][what], 1))
        held = results.each("churn", lambda r: {moment: r["held"][moment][what] for moment in r["held"]})
        yield f"churn-{what.removesuffix('_kib')}", grown, f"x {unit} after {CHURN_WARM_UP} joins", 1.02, \
            {"joins": results.each("churn", lambda r: r["joins"]), "held": held}
    yield "tap-cost", results.paired("b50-tap", "b50", cost), "x b50", 1.05, {}
    p50 = lambda r: r["latency_us"]["p50"]
    yield "tap-latency-p50", results.paired("b50-tap", "b50", p50), "x b50", 1.05, {}


def median(values):
    return round(statistics.median(values), 3) if values else None


def verdicts(results, peer):
    for case, values, unit, bound, beside in targets(results, peer):
        if values:
            value = statistics.median(values)
            yield {"case": case, "value": round(value, 4), "unit": unit, "target": f"<= {round(bound, 4)}",
                   "ok": value <= bound, "runs": [round(v, 4) for v in values], **beside}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenarios", default=",".join(name for name in SCENARIOS if SCENARIOS[name].usual),
                        help=f"of {','.join(SCENARIOS)}")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each (default 3)")
    parser.add_argument("--seconds", type=int, default=8, help="length of the measured window (default 8)")
    parser.add_argument("--probe-seconds", type=int, default=3, help="length of the limit probe (default 3)")
    parser.add_argument("--churn", type=int, default=20_000, help="joins and leaves of the churn scenario, which runs once")
    parser.add_argument("--wait", type=float, default=15, help="seconds to wait for a quiet machine before a run")
    parser.add_argument("--binary", type=pathlib.Path, help="our server (default: the environment's BINARY, or else target/release/facementor)",
                        default=os.environ.get("BINARY") or ROOT / "target/release/facementor")
    parser.add_argument("--profile", action="store_true",
                        help="instead: sample ours during b50 with perf, draw bench/forward.svg, print each stage's cost")
    parser.add_argument("--record", action="store_true", help="write the figures into bench/RESULTS.md")
    parser.add_argument("--no-peer", action="store_true", help="ours alone")
    other = parser.add_argument_group("another peer than Janus: a WHIP/WHEP server that runs already")
    other.add_argument("--peer-whip", help="where to publish, {room} and {id} filled in")
    other.add_argument("--peer-whep", help="where to subscribe, {room}, {id} and {pub} filled in")
    other.add_argument("--peer-token")
    other.add_argument("--peer-pid", type=int, action="append", default=[], help="whose CPU time it is; may be repeated")
    other.add_argument("--peer-name", default="peer")
    options = parser.parse_args()
    options.scenarios = options.scenarios.split(",")
    # Neither a secret nor a path of this machine belongs in RESULTS.md.
    given = re.sub(r"--record|--(peer-token|binary)[= ]\S+", "", " ".join(sys.argv[1:]))
    given = " ".join(given.split())
    options.command = "make bench-forward" + (f' ARGS="{given}"' if given else "")
    for name in options.scenarios:
        if name not in SCENARIOS:
            parser.error(f"no scenario {name}; there are {', '.join(SCENARIOS)}")
    if bool(options.peer_whip) != bool(options.peer_whep):
        parser.error("--peer-whip and --peer-whep go together")
    return options


def main():
    options = arguments()
    if options.profile:
        try:
            return profile(SCENARIOS["b50"], options)
        except flamegraph.Unavailable as error:
            sys.exit(f"no profile: {error}")
    peer = None if options.no_peer else Running if options.peer_whip else Janus
    peer_name = options.peer_name if peer is Running else "janus"
    results, failed = Results(), False
    for repeat in range(options.repeat):
        for name in options.scenarios:
            scenario = SCENARIOS[name]
            for kind in [FaceMentor] + ([peer] if peer and scenario.peer else []):
                server = "facementor" if kind is FaceMentor else peer_name
                if name == "churn" and repeat > 0:
                    continue  # once is 20,000
                try:
                    report = churn(name, scenario, options) if name == "churn" else measure(name, scenario, kind, options)
                except (RuntimeError, OSError, subprocess.SubprocessError) as error:
                    say(f"{name} {server}: {error}")
                    failed = True
                    continue
                results.add(name, server, report)
                print(json.dumps(report), flush=True)
                say(f"[{repeat + 1}/{options.repeat}] {name} {server}: {summary(report)}")
    found = list(verdicts(results, peer_name))
    for verdict in found:
        print(json.dumps(verdict), flush=True)
    if options.record:
        record.forward(results.reports, found, options.repeat, options.command)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
