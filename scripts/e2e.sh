#!/usr/bin/env bash
# The browser tests, against the binary that `cargo test` left. Arguments go to Playwright.
set -euo pipefail
cd "$(dirname "$0")/../tests/e2e"
exec ../../scripts/own-network.sh npx --no-install playwright test "$@"
