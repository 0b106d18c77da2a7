"""What schemathesis is told about this server: who asks, which times are free, and what to count.

Read by tests/api/run.py through its environment.
"""

import atexit
import json
import os
import random
import time
from collections import Counter

import requests
import schemathesis

BASE = os.environ["API_BASE"]
EMAIL = os.environ.get("API_EMAIL")
PASSWORD = os.environ.get("API_PASSWORD")
DAY_MS = 86_400_000

counts = Counter()
statuses = Counter()
violations = []
offerings = []
openings = []


@atexit.register
def write_figures():
    if counts:
        with open(os.environ["API_FIGURES"], "w", encoding="utf-8") as file:
            json.dump({"counts": counts, "statuses": statuses, "violations": violations[:200]}, file)


if EMAIL:

    @schemathesis.auth()
    class Login:
        """Logs in anew whenever a login was ended on the way: that is one of the things asked for."""

        def get(self, case, context):
            body = {"email": EMAIL, "password": PASSWORD, "credentials": "bearer"}
            answer = requests.post(f"{BASE}/api/accounts/log-in", json=body, timeout=30)
            answer.raise_for_status()
            return answer.json()["tokens"]["access_token"]

        def set(self, case, data, context):
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.hook
def map_query(context, query):
    """Half of the ranges asked for are ones that have openings."""
    if query and "from_ms" in query and random.random() < 0.5:
        now = int(time.time() * 1000)
        return {**query, "from_ms": now, "until_ms": now + random.randint(1, 31) * DAY_MS}
    return query


@schemathesis.hook
def map_path_parameters(context, parameters):
    if parameters and context.operation.path.startswith("/api/offerings/") and offerings and random.random() < 0.7:
        return {**parameters, "id": random.choice(offerings)}
    return parameters


@schemathesis.hook
def map_body(context, body):
    """Most of the bookings asked for are of times that were free a moment ago."""
    if isinstance(body, dict) and "starts_at_ms" in body and openings and random.random() < 0.7:
        offering, starts_at = random.choice(openings)
        known = {"offering_id": offering} if "offering_id" in body else {}
        return {**body, **known, "starts_at_ms": starts_at}
    return body


@schemathesis.hook
def after_call(context, case, response):
    counts["cases"] += 1
    statuses[str(response.status_code)] += 1
    path = case.operation.path
    if response.status_code == 200 and case.method == "GET" and path.endswith(("/offerings", "/openings")):
        items = response.json()["items"]
        if path.endswith("/openings"):
            openings.extend((case.path_parameters["id"], item["starts_at_ms"]) for item in items[:20])
        else:
            offerings.extend(item["id"] for item in items)
        del offerings[:-50], openings[:-200]


@schemathesis.hook
def after_validate(context, case, response, results):
    for result in results:
        if result.failure is not None:
            counts[f"failed {result.name}"] += 1
            violations.append(
                {
                    "check": result.name,
                    "operation": f"{case.method} {case.operation.path}",
                    "status": response.status_code,
                    "what": str(result.failure.message)[:600],
                    "answer": response.text[:300],
                }
            )
