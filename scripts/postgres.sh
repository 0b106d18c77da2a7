#!/usr/bin/env bash
# A throwaway PostgreSQL for tests, on 127.0.0.1 at a free port, never run as root.
#
#   scripts/postgres.sh start DIR [--for PID]   prints the superuser's URL; with --for, it stops when process PID ends
#   scripts/postgres.sh stop DIR                stops it and deletes DIR
#   scripts/postgres.sh with COMMAND…           runs COMMAND with FACEMENTOR_TEST_POSTGRES set to the URL, then stops it
#
# Durability is off: losing this data costs nothing.
set -euo pipefail
self=$(realpath "$0")

fail() { echo "postgres.sh: $*" >&2; exit 1; }

bin_folder() {
  local found
  # Debian keeps each major version in its own folder, outside PATH.
  found=$(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -V | tail -1)
  [ -x "$found/initdb" ] || found=$(dirname "$(command -v initdb || true)")
  [ -x "$found/initdb" ] || fail "PostgreSQL is not installed: run scripts/install-test-deps.sh, or apt-get install postgresql"
  echo "$found"
}

# PostgreSQL refuses to run as root; Debian's package brings the user postgres.
as_server_user() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"
  else
    "$@"
  fi
}

free_port() {
  node -e 'const s=require("net").createServer();s.listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

start() {
  local dir=$1 bin port
  bin=$(bin_folder)
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
  [ "$(id -u)" != 0 ] || chown postgres "$dir"
  cd / # the server user may not be able to stand where we do
  if ! [ -f "$dir/data/PG_VERSION" ]; then
    as_server_user "$bin/initdb" -D "$dir/data" -U facementor --auth=trust --no-sync --no-instructions \
      -E UTF8 --locale=C.UTF-8 >/dev/null
  fi
  if ! as_server_user "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1; then
    local try
    for try in 1 2 3; do # another process may take the port between our look and its use
      port=$(free_port)
      # Its own descriptors: a test runner must not wait for a pipe the server holds.
      if as_server_user "$bin/pg_ctl" -D "$dir/data" -w -t 30 -l "$dir/data/log" \
        -o "-c listen_addresses=127.0.0.1 -p $port -k $dir/data -c max_connections=400 -c fsync=off \
            -c synchronous_commit=off -c full_page_writes=off" start >/dev/null 2>&1 </dev/null; then
        break
      fi
      [ "$try" != 3 ] || { tail -5 "$dir/data/log" >&2; fail "the server did not start"; }
    done
  fi
  port=$(sed -n 4p "$dir/data/postmaster.pid")
  echo "postgres://facementor@127.0.0.1:$port/postgres"
}

stop() {
  local dir=$1 bin
  bin=$(bin_folder)
  (cd / && as_server_user "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1) || true
  rm -rf "$dir"
}

case "${1:-}" in
start)
  [ $# -ge 2 ] || fail "usage: start DIR [--for PID]"
  (start "$2")
  if [ "${3:-}" = --for ]; then
    setsid bash -c 'tail --pid="$1" -f /dev/null; exec "$2" stop "$3"' _ "$4" "$self" "$(cd "$2" && pwd)" \
      >/dev/null 2>&1 </dev/null &
  fi
  ;;
stop)
  [ $# = 2 ] || fail "usage: stop DIR"
  stop "$2"
  ;;
with)
  shift
  [ $# -gt 0 ] || fail "usage: with COMMAND…"
  dir=$(mktemp -d "${TMPDIR:-/tmp}/facementor-postgres.XXXXXX")
  trap 'stop "$dir"' EXIT
  FACEMENTOR_TEST_POSTGRES=$(start "$dir")
  export FACEMENTOR_TEST_POSTGRES
  "$@"
  ;;
*)
  sed -n '2,8s/^# \{0,1\}//p' "$0"
  exit 2
  ;;
esac
