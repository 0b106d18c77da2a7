#!/usr/bin/env bash
# Runs the fuzz targets one after another. TIME is seconds for each, TARGETS some of their names; fuzz/README.md says more.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

if ! cargo fuzz --version >/dev/null 2>&1; then
  echo "cargo-fuzz is needed: cargo install cargo-fuzz --locked" >&2
  exit 1
fi
if ! command -v c++ >/dev/null; then
  echo "A C++ compiler is needed for libFuzzer. On Debian: sudo apt-get install build-essential" >&2
  exit 1
fi

time=${TIME:-600}
read -ra targets <<<"${TARGETS:-$(cd fuzz_targets && printf '%s ' *.rs | sed 's/\.rs//g')}"

# What a run finds new stays out of the committed corpus.
for target in "${targets[@]}"; do
  found=target/found/$target
  mkdir -p "$found"
  longest=4096
  case $target in sdp | ical) longest=65536 ;; esac
  echo "==> $target, $time s"
  cargo fuzz run --sanitizer none "$target" "$found" "corpus/$target" -- \
    -max_total_time="$time" -max_len="$longest" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
done
