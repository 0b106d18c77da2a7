"""Openings around every change of clocks, worked out another way than the server does: minute by minute, by Python's
zoneinfo on the PyPI package tzdata. Writes a case a line: zone, windows, minutes, range, and the starts that must come out.

usage: oracle.py CASES_FILE
"""

import json
import sys
from datetime import datetime, timedelta, timezone
from importlib import resources
from zoneinfo import ZoneInfo, reset_tzpath

FROM, UNTIL = datetime(2024, 1, 1, tzinfo=timezone.utc), datetime(2036, 1, 1, tzinfo=timezone.utc)
TICK = timedelta(minutes=5)
DAY_TICKS = 288
# Windows of every day in minutes, and the length of a meeting.
PLANS = [
    ([(0, 1440)], 30),
    ([(0, 1440)], 50),
    ([(60, 240)], 45),
    ([(90, 150)], 30),
    ([(120, 180)], 15),
    ([(0, 15), (1425, 1440)], 30),
    ([(0, 120), (120, 185), (1380, 1440)], 60),
]


def changes(zone):
    """The moments at which the offset changes, to the minute."""
    at, step = FROM, timedelta(days=1)
    found = []
    offset = at.astimezone(zone).utcoffset()
    while at < UNTIL:
        after = at + step
        if after.astimezone(zone).utcoffset() != offset:
            low, high = at, after
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                if middle.astimezone(zone).utcoffset() == offset:
                    low = middle
                else:
                    high = middle
            found.append(high.replace(second=0, microsecond=0))
            offset = after.astimezone(zone).utcoffset()
        at = after
    return found


def starts(ticks, windows, minutes, first, last):
    """Where meetings may start among ticks first..last; `ticks` are (date, minute of day) of the mentor's clock."""
    open_at = [any(a <= minute < b for a, b in windows) for _, minute in ticks]
    length = minutes // 5
    found = set()
    index = 0
    while index < len(ticks):
        if not open_at[index]:
            index += 1
            continue
        # A stretch of one date without a break.
        end = index
        while end < len(ticks) and open_at[end] and ticks[end][0] == ticks[index][0]:
            end += 1
        for start in range(index, end, length):
            if first <= start < last and all(open_at[start : start + length]):
                found.add(start)
        index = end
    return sorted(found)


def main(path):
    reset_tzpath(to=[])  # The package's data and nothing else.
    names = resources.files("tzdata").joinpath("zones").read_text().split()
    count = 0
    with open(path, "w") as out:
        for name in names:
            zone = ZoneInfo(name)
            for change in changes(zone) or [datetime(2026, 6, 1, tzinfo=timezone.utc)]:
                # Two days of margin on both sides, so that whole dates are seen.
                origin = (change - timedelta(days=3)).replace(hour=0, minute=0)
                local = [(origin + TICK * tick).astimezone(zone) for tick in range(7 * DAY_TICKS)]
                ticks = [(at.date(), 60 * at.hour + at.minute) for at in local]
                first, last = 2 * DAY_TICKS, 5 * DAY_TICKS
                base = int(origin.timestamp() * 1000)
                for windows, minutes in PLANS:
                    found = starts(ticks, windows, minutes, first, last)
                    case = {
                        "zone": name,
                        "windows": windows,
                        "minutes": minutes,
                        "from_ms": base + first * 300_000,
                        "until_ms": base + last * 300_000,
                        "starts_ms": [base + start * 300_000 for start in found],
                    }
                    out.write(json.dumps(case) + "\n")
                    count += 1
    print(f"{count} cases of {len(names)} zones", file=sys.stderr)


main(sys.argv[1])
