#!/usr/bin/env bash
# What forwarding costs, beside its physical limit and beside Janus. JSON lines on stdout: one a run, then one a target.
#   scripts/bench-forward.sh                                     everything, three times
#   scripts/bench-forward.sh --scenarios b50,burst50 --repeat 1 --seconds 5 --no-peer
# --help lists the options; --record writes the figures into bench/RESULTS.md, --profile draws a flame graph instead.
# BINARY is the server to measure; if unset, target/release/facementor is built.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-bench-deps.sh "$@"
cargo build --release --quiet --locked --manifest-path bench/sfu-load/Cargo.toml
if [ -z "${BINARY:-}" ]; then
  cargo build --release --quiet --locked --bin facementor
fi
ulimit -n 20000 2>/dev/null || true # one socket a peer connection
exec python3 bench/forward.py "$@"
