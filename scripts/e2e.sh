#!/usr/bin/env bash
# The browser tests, against the binary that `cargo test` left: calls one after the other, then pages, two at a time.
# Arguments go to Playwright, and then it runs once.
set -euo pipefail
cd "$(dirname "$0")/../tests/e2e"
playwright() { ../../scripts/own-network.sh npx --no-install playwright test "$@"; }
if [ $# -gt 0 ]; then
  playwright "$@"
  exit
fi
status=0
playwright --project=calls || status=$?
playwright --project=pages --workers 2 || status=$?
exit "$status"
