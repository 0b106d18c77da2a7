#!/usr/bin/env bash
# Says what is missing before a build fails half-way.
set -euo pipefail

at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -1)" = "$1" ]; }

cargo_version=$(cargo --version 2>/dev/null | cut -d' ' -f2 || true)
node_version=$(node --version 2>/dev/null | tr -d v || true)
fine=1
if ! at_least 1.94 "${cargo_version:-0}"; then
  echo "Rust 1.94 or newer is needed (found: ${cargo_version:-none}). Get it from https://rustup.rs" >&2
  fine=0
fi
if ! at_least 20.19 "${node_version:-0}"; then
  echo "Node.js 20.19 or newer is needed (found: ${node_version:-none}). Get it from https://nodejs.org" >&2
  fine=0
fi
if ! command -v cc >/dev/null; then
  echo "A C compiler is needed. On Debian: sudo apt-get install build-essential" >&2
  fine=0
fi
[ "$fine" = 1 ]
