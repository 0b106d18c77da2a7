"""The whole API under hostile input: `make test-api`. One JSON line a role, and one for all.

A real server with demo people, its rate limits out of the way, is asked by schemathesis (the whole OpenAPI document:
examples, bounds, fuzzing and sequences of calls) as a guest, a mentee, a mentor and an administrator. Nothing may be
answered by a 5xx, by an undocumented status or content type, or by a body that is not what the document says.

    python tests/api/run.py BINARY [--examples N] [--role ROLE]
"""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "demo-demo-demo"
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "ignored_auth",
    "use_after_free",
]
# In all roles together.
LEAST_CASES = 20_000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--examples", type=int, default=100, help="for each operation, in each role")
    parser.add_argument("--role", choices=["guest", "mentee", "mentor", "admin"])
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="facementor-api-"))
    server = Server(Path(arguments.binary).resolve(), folder)
    try:
        people = {"guest": None, "mentee": ("bo@demo.test", PASSWORD), "mentor": ("ada@demo.test", PASSWORD)}
        people["admin"] = server.administrator("root@demo.test")
        chosen = [arguments.role] if arguments.role else list(people)
        results = [ask(server, folder, role, people[role], arguments) for role in chosen]
    finally:
        server.stop()
    cases = sum(result["cases"] for result in results)
    violations = sum(result["violations"] for result in results)
    least = LEAST_CASES if arguments.role is None and arguments.examples >= 100 else 1
    ok = violations == 0 and cases >= least and all(result["ok"] for result in results)
    panics = server.log().count("a handler panicked")
    line("api-hostile", cases, "cases", f">= {least}", cases >= least)
    line("api-violations", violations, "violations", "0", violations == 0)
    line("api-panics", panics, "panics", "0", panics == 0)
    if ok and not panics:
        shutil.rmtree(folder)
    else:
        print(f"what was asked and answered is in {folder}", file=sys.stderr)
        sys.exit(1)


def ask(server, folder, role, person, arguments):
    figures = folder / f"{role}.json"
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "hooks",
        "PYTHONPATH": str(Path(__file__).parent),
        "API_BASE": server.url,
        "API_FIGURES": str(figures),
    }
    if person:
        environment |= {"API_EMAIL": person[0], "API_PASSWORD": person[1]}
    # Whoever deletes their account asks nothing after it.
    kept = ["--exclude-operation-id", "erase"] if person else []
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/api/openapi.json"),
        *("--checks", ",".join(CHECKS)),
        *("--max-examples", str(arguments.examples), "--seed", str(arguments.seed)),
        *("--no-shrink", "--continue-on-failure", "--generation-database", "none"),
        *("--suppress-health-check", "all", "--warnings", "off", "--no-color", "--request-timeout", "30"),
        *kept,
    ]
    started = time.monotonic()
    with open(folder / f"{role}.log", "w", encoding="utf-8") as log:
        status = subprocess.run(command, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=folder).returncode
    found = json.loads(figures.read_text()) if figures.exists() else {"counts": {}, "statuses": {}, "violations": []}
    for one in {json.dumps(one) for one in found["violations"]}:
        print(one, file=sys.stderr)
    server_errors = sum(count for code, count in found["statuses"].items() if code.startswith("5"))
    failed = sum(count for name, count in found["counts"].items() if name.startswith("failed "))
    result = {
        "case": f"api-hostile-{role}",
        "cases": found["counts"].get("cases", 0),
        "violations": failed + server_errors,
        "seconds": round(time.monotonic() - started),
        "statuses": dict(sorted(found["statuses"].items())),
        "ok": status == 0 and failed + server_errors == 0,
    }
    print(json.dumps(result), flush=True)
    return result


def line(case, value, unit, target, ok):
    print(json.dumps({"case": case, "value": value, "unit": unit, "target": target, "ok": ok}), flush=True)


class Server:
    """The binary with demo people and data of its own, on free ports."""

    def __init__(self, binary, folder):
        self.binary = binary
        port, ops = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "FACEMENTOR_DATA_DIR": str(folder / "data"),
            "FACEMENTOR_HTTP__LISTEN": f"127.0.0.1:{port}",
            "FACEMENTOR_HTTP__DRAIN_S": "1",
            "FACEMENTOR_OPS__LISTEN": f"127.0.0.1:{ops}",
            "FACEMENTOR_SFU__BIND": "127.0.0.1",
            "FACEMENTOR_SFU__PORT": "0",
            "FACEMENTOR_SFU__SHARDS": "1",
            **rates_out_of_the_way(),
        }
        for name in ("FACEMENTOR_DATABASE__URL",):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.log_file = folder / "server.log"
        with open(self.log_file, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [binary, "serve", "--demo"], env=self.environment, stdout=log, stderr=log, cwd=folder
            )
        deadline = time.monotonic() + 60
        while not answers(f"http://127.0.0.1:{ops}/readyz"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"the server does not get ready:\n{self.log()}")
            time.sleep(0.1)

    def administrator(self, email):
        command = [self.binary, "admin", "create", email]
        said = subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True).stdout
        return email, re.search(r"shown only now: (\S+)", said).group(1)

    def log(self):
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


def rates_out_of_the_way():
    """Every rate limit of the defaults, raised beyond what is asked here: they are tested elsewhere."""
    defaults = tomllib.loads((ROOT / "config/default.toml").read_text(encoding="utf-8"))
    return {
        f"FACEMENTOR_{table}__{key}".upper(): "{burst=1000000, per_minute=60000}"
        for table, keys in defaults.items()
        if isinstance(keys, dict)
        for key, value in keys.items()
        if isinstance(value, dict) and "burst" in value
    }


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


if __name__ == "__main__":
    main()
