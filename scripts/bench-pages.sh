#!/usr/bin/env bash
# Lighthouse over the public pages of the release binary: one JSON line a case. RUNS=1 for a quick look.
set -euo pipefail
cd "$(dirname "$0")/.."
export FACEMENTOR_BINARY=${FACEMENTOR_BINARY:-$PWD/target/release/facementor}
exec node bench/pages/pages.mjs
