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
LAST_WORDS=$(mktemp)
export LAST_WORDS
trap 'rm -f "$LAST_WORDS"' EXIT
status=0
playwright --project=calls || status=$?
playwright --project=pages --workers 2 || status=$?
if [ -s "$LAST_WORDS" ]; then
  printf '\nWhy:\n' >&2
  cat "$LAST_WORDS" >&2
fi
exit "$status"
