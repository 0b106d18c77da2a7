"""Rules and their starts, worked out by python-dateutil: writes the cases of tests/rules.jsonl, always the same ones.

usage: PYTHONPATH=… oracle.py > rules.jsonl   (pip install python-dateutil==2.9.0.post0)
"""

import json
import random
import sys
from datetime import datetime, timedelta

from dateutil.rrule import rrulestr

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FIXED = [
    ("2024-01-31T09:00:00", "FREQ=MONTHLY"),
    ("2024-02-29T09:00:00", "FREQ=YEARLY"),
    ("2019-06-03T18:30:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;WKST=SU"),
    ("2019-06-03T18:30:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO"),
    ("2020-01-01T00:00:00", "FREQ=MONTHLY;BYDAY=-1FR"),
    ("2020-01-01T00:00:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
    ("2020-01-01T00:00:00", "FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO"),
    ("2020-01-01T00:00:00", "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=SU;WKST=SU"),
    ("2020-01-01T00:00:00", "FREQ=YEARLY;BYYEARDAY=1,-1,200"),
    ("2020-01-01T00:00:00", "FREQ=YEARLY;BYDAY=20MO,-3TU"),
    ("2020-01-01T00:00:00", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"),
    ("2026-01-01T08:00:00", "FREQ=DAILY;COUNT=400;INTERVAL=3"),
    ("2026-01-01T08:00:00", "FREQ=DAILY;UNTIL=20260201T080000"),
    ("2026-02-01T08:05:00", "FREQ=HOURLY;INTERVAL=7;BYDAY=MO,FR"),
    ("2026-02-20T08:05:00", "FREQ=MINUTELY;INTERVAL=95"),
    ("2026-02-27T08:05:03", "FREQ=SECONDLY;INTERVAL=4001;COUNT=900"),
    ("2020-01-01T00:00:00", "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR"),
    ("2020-01-01T00:00:00", "FREQ=MONTHLY;BYMONTHDAY=31,-31,15"),
    ("2020-01-01T09:30:00", "FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0,30;BYSETPOS=1,-1"),
    ("2020-01-01T00:00:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
    ("1997-01-01T00:00:00", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8"),
]


def numbers(draw, low, high, negative=False, most=3):
    values = {draw.randint(low, high) * (-1 if negative and draw.random() < 0.4 else 1) for _ in range(draw.randint(1, most))}
    return ",".join(str(value) for value in sorted(values))


def rule(draw):
    freq = draw.choice(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"])
    parts = [f"FREQ={freq}"]
    if draw.random() < 0.5:
        parts.append(f"INTERVAL={draw.randint(1, 5)}")
    if draw.random() < 0.3:
        parts.append(f"COUNT={draw.randint(1, 300)}")
    elif draw.random() < 0.3:
        parts.append("UNTIL=" + (datetime(2026, 1, 1) + timedelta(days=draw.randint(0, 400))).strftime("%Y%m%dT%H%M%S"))
    if draw.random() < 0.3:
        parts.append("BYMONTH=" + numbers(draw, 1, 12))
    if draw.random() < 0.3 and freq != "WEEKLY":
        parts.append("BYMONTHDAY=" + numbers(draw, 1, 31, True))
    if draw.random() < 0.15 and freq == "YEARLY":
        parts.append("BYYEARDAY=" + numbers(draw, 1, 366, True))
    weeks = freq == "YEARLY" and draw.random() < 0.15
    if weeks:
        parts.append("BYWEEKNO=" + numbers(draw, 1, 53, True))
    if draw.random() < 0.5:
        nth = freq == "MONTHLY" or (freq == "YEARLY" and not weeks)
        days = sorted(draw.sample(DAYS, draw.randint(1, 4)))
        parts.append("BYDAY=" + ",".join((str(draw.choice([-1, 1, 2, 4])) if nth and draw.random() < 0.5 else "") + day for day in days))
    if draw.random() < 0.2:
        parts.append("BYHOUR=" + numbers(draw, 0, 23))
    if draw.random() < 0.2:
        parts.append("BYMINUTE=" + numbers(draw, 0, 59))
    if draw.random() < 0.2 and len(parts) > 2 and freq != "HOURLY":
        parts.append("BYSETPOS=" + numbers(draw, 1, 4, True, 2))
    if draw.random() < 0.2:
        parts.append("WKST=" + draw.choice(DAYS))
    return ";".join(parts)


def mixes(text):
    days = [part[6:].split(",") for part in text.split(";") if part.startswith("BYDAY=")]
    return any(len({len(day) == 2 for day in list}) == 2 for list in days)


def main():
    draw = random.Random(5545)
    cases = list(FIXED)
    while len(cases) < 300:
        first = datetime(draw.randint(2015, 2026), draw.randint(1, 12), draw.randint(1, 28), draw.randint(0, 23), draw.choice([0, 15, 30]))
        cases.append((first.isoformat(), rule(draw)))
    # Where days with and without numbers are mixed it takes none, while RFC 5545 means either.
    cases = [case for case in cases if not mixes(case[1])]
    begin, end = datetime(2026, 3, 1), datetime(2027, 4, 5)
    for first, text in cases:
        start = datetime.fromisoformat(first)
        try:
            found = []
            for count, at in enumerate(rrulestr(text, dtstart=start)):
                if at >= end or count > 200_000:
                    break
                if at >= begin:
                    found.append(at.isoformat())
        except ValueError:
            continue  # It refuses parts that cannot be together (a BYSETPOS without others).
        json.dump({"first": first, "rule": text, "starts": found[:15], "count": len(found)}, sys.stdout)
        print()


main()
