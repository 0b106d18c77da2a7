#!/usr/bin/env bash
# Builds the server and starts it with demo people and data in ./data.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --bin facementor
exec target/debug/facementor serve --demo
