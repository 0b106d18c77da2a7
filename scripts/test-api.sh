#!/usr/bin/env bash
# The whole API under hostile input, by schemathesis, in a Python environment of its own: JSON lines. Arguments go to
# tests/api/run.py (--examples 20 for a short run, --role mentor for one alone).
set -euo pipefail
cd "$(dirname "$0")/.."
environment=$PWD/target/api-venv
if ! cmp --silent tests/api/requirements.txt "$environment/installed.txt"; then
  rm -rf "$environment"
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check -r tests/api/requirements.txt
  cp tests/api/requirements.txt "$environment/installed.txt"
fi
cargo build --quiet --workspace --bin facementor
exec "$environment/bin/python" tests/api/run.py "${CARGO_TARGET_DIR:-target}/debug/facementor" "$@"
