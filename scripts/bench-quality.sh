#!/usr/bin/env bash
# Calls of real browsers over a bad network. JSON lines on stdout, plots in bench/quality/plots.
#   scripts/bench-quality.sh                     everything, three times (REPEAT)
#   REPEAT=1 CASE_SECONDS=30 scripts/bench-quality.sh -g loss5
set -euo pipefail
cd "$(dirname "$0")/../tests/e2e"
export FACEMENTOR_BINARY=${FACEMENTOR_BINARY:-$PWD/../../target/release/facementor} REPEAT=${REPEAT:-3}
exec ../../scripts/own-network.sh npx --no-install playwright test --config quality.config.ts "$@"
