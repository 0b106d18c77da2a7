#!/usr/bin/env bash
# Join click to first decoded remote frame, and mute to seen, in real browsers. JSON lines on stdout.
set -euo pipefail
cd "$(dirname "$0")/../tests/e2e"
export FACEMENTOR_BINARY=${FACEMENTOR_BINARY:-$PWD/../../target/release/facementor}
exec ../../scripts/own-network.sh npx --no-install playwright test --config bench.config.ts "$@"
