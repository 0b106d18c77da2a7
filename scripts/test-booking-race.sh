#!/usr/bin/env bash
# A large crowd after the same times: 100,000 attempts on PostgreSQL, 10,000 on SQLite. One JSON line each.
set -euo pipefail
cd "$(dirname "$0")/.."
run() {
  RACE_ENGINE=$1 RACE_ATTEMPTS=$2 scripts/postgres.sh with cargo test --workspace --test integration -- \
    --ignored --exact booking_race::a_large_crowd --nocapture | grep -E '^\{|test result|panicked'
}
run postgres "${RACE_ATTEMPTS:-100000}"
run sqlite "$((${RACE_ATTEMPTS:-100000} / 10))"
