#!/usr/bin/env bash
# How fast the API answers on a lot of data, on SQLite and on PostgreSQL: one JSON line a case. MENTORS=5000 for a short run.
set -euo pipefail
cd "$(dirname "$0")/.."

exec scripts/postgres.sh with cargo bench --quiet --bench api
