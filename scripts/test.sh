#!/usr/bin/env bash
# Everything `make test` runs, in an order in which nothing is compiled twice: the pages before the binary that embeds
# them, the binary before the browsers that open it.
set -uo pipefail
cd "$(dirname "$0")/.."

logs=target/test-logs
rm -rf "$logs"
mkdir -p "$logs"
steps=10
step=0
timings=()

# step LOG HINT COMMAND… : runs one step; on failure says what to do and ends the run.
step() {
  local log=$logs/$1.log hint=$2 started=$SECONDS
  shift 2
  step=$((step + 1))
  echo
  echo "==> [$step/$steps] $*"
  "$@" 2>&1 | tee "$log"
  local status=${PIPESTATUS[0]}
  timings+=("$(printf '%4ds  %s' $((SECONDS - started)) "$*")")
  if [ "$status" != 0 ]; then
    echo
    echo "make test FAILED at: $*"
    echo "  $hint"
    echo "  (the whole output of this step: $log)"
    exit "$status"
  fi
}

step tools "Install what is named above, then run make test again." scripts/require-tools.sh
step packages "Install the packages named above, then run make test again." scripts/install-test-deps.sh
step web-build "Run make web for this step alone. A network failure in npm ci: run again." make --no-print-directory web
step web-check "Run make format for layout; npm test in web/ for its tests." npm --prefix web run --silent check
step rust-format "Run make format." cargo fmt --check
step clippy "Run make lint for this step alone." cargo clippy --workspace --all-targets --quiet -- -D warnings
step cargo-test "Run one test again with: scripts/postgres.sh with cargo test NAME" \
  scripts/postgres.sh with cargo test --workspace
step e2e-install "A network failure in npm ci: run again." make --no-print-directory e2e-deps
step e2e-check "Run make format for layout." npm --prefix tests/e2e run --silent check
step e2e "Run make e2e for this step alone; traces are in tests/e2e/test-results." scripts/e2e.sh

echo
echo "==> Everything passed. What ran:"
printf '%s\n' "${timings[@]}"
echo
echo "Web (vitest)"
sed 's/\x1b\[[0-9;]*m//g' "$logs/web-check.log" | grep -aE '^ *(Test Files|Tests) '
echo "Rust (cargo test)"
grep -a '^test result' "$logs/cargo-test.log" | awk '{ passed += $4; failed += $6; ignored += $8 } END {
  printf "test result: ok. %d passed; %d failed; %d ignored, in %d test binaries\n", passed, failed, ignored, NR }'
echo "Browsers (playwright)"
grep -aE '^ +[0-9]+ (passed|failed|flaky|skipped|did not run)' "$logs/e2e.log"
