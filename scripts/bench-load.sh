#!/usr/bin/env bash
# One publisher to fifty subscribers over WHIP and WHEP, against a server of its own. One line of JSON on stdout.
# Arguments replace the defaults of bench/sfu-load (see its README), such as --subscribers 100 --duration 20.
set -euo pipefail
cd "$(dirname "$0")/.."

server=target/release/facementor
load=bench/sfu-load/target/release/sfu-load
data=$(mktemp -d)
pid=
cleanup() {
  [ -z "$pid" ] || { kill "$pid" 2>/dev/null && wait "$pid" || true; }
  rm -rf "$data"
}
trap cleanup EXIT

free_port() {
  node -e 'const s=require("net").createServer();s.listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

export FACEMENTOR_DATA_DIR=$data
export FACEMENTOR_LOGS__FILTER=warn,rtc_dtls=error
FACEMENTOR_HTTP__LISTEN=127.0.0.1:$(free_port)
FACEMENTOR_OPS__LISTEN=127.0.0.1:$(free_port)
export FACEMENTOR_HTTP__LISTEN FACEMENTOR_OPS__LISTEN
export FACEMENTOR_SFU__BIND=127.0.0.1 FACEMENTOR_SFU__PORT=0 FACEMENTOR_SFU__SHARDS=${SHARDS:-1}
export FACEMENTOR_LIVE__CAPACITY=1000

ulimit -n 20000 2>/dev/null || true # one socket a peer connection
"$server" serve >"$data/log" 2>&1 &
pid=$!
url=http://$FACEMENTOR_HTTP__LISTEN
for _ in $(seq 100); do
  curl -fsS -o /dev/null "$url/readyz" 2>/dev/null && break
  kill -0 "$pid" 2>/dev/null || { cat "$data/log" >&2; exit 1; }
  sleep 0.1
done
token=$("$server" token --room 'load-*' --ttl 1h)
arguments=("$@")
[ ${#arguments[@]} -gt 0 ] || arguments=(--publishers 1 --subscribers 50)
"$load" "${arguments[@]}" --server-pid "$pid" whip-whep \
  --whip "$url/whip/{room}/{id}" --whep "$url/whep/{room}/{id}?publisher={pub}" --token "$token"
