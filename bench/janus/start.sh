#!/usr/bin/env bash
# Becomes Debian's Janus (apt-get install janus) on 127.0.0.1, set up for bench/sfu-load: kill it by its process id.
# Usage: start.sh PORT RUN_DIR [EVENT_LOOPS]. Its HTTP API is http://127.0.0.1:PORT/janus; configuration and log go to
# RUN_DIR. Without EVENT_LOOPS it has a thread per peer connection, which is its default.
# Janus ignores loopback interfaces for ICE; the shim hides the flag, ice_enforce_list keeps it to 127.0.0.1.
set -euo pipefail
port=$1 run=$2 loops=${3:-}
here=$(cd "$(dirname "$0")" && pwd)
lib=$(dirname "$(compgen -G '/usr/lib/*/janus/plugins' || echo /usr/lib/janus/plugins)")

mkdir -p "$run"
cc -O2 -shared -fPIC -o "$run/lo-shim.so" "$here/lo-shim.c" -ldl
for name in janus.jcfg janus.transport.http.jcfg; do
  sed -e "s#@RUN@#$run#; s#@LIB@#$lib#; s#@PORT@#$port#; s#@EVENT_LOOPS@#${loops:+event_loops = $loops}#" \
    "$here/conf/$name.in" >"$run/$name"
done
cp "$here/conf/janus.plugin.videoroom.jcfg" "$run"
ulimit -n 20000 2>/dev/null || true # several descriptors a peer connection
LD_PRELOAD=$run/lo-shim.so exec janus -F "$run" -C "$run/janus.jcfg" >"$run/janus.log" 2>&1 </dev/null
