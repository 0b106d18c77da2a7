#!/usr/bin/env bash
# Builds the server and starts it with demo people and data in ./data.
set -euo pipefail
cd "$(dirname "$0")/.."
# --workspace: with the features of `make test`, so that what one of them compiled the other does not compile again.
cargo build --workspace --bin facementor
exec target/debug/facementor serve --demo
