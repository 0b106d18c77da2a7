#!/usr/bin/env bash
# Runs a command in a network namespace of its own where the system allows one: nothing reaches out, nothing is in the
# way, and Firefox, which never tries loopback addresses for media, has another one to try: FACEMENTOR_E2E_ADDRESS. For
# IPv6, which Chromium leaves out where it finds loopback only, there is FACEMENTOR_E2E_ADDRESS6.
set -euo pipefail

export FACEMENTOR_E2E_ADDRESS=10.231.8.1 FACEMENTOR_E2E_ADDRESS6=fd8a:c1b5:7f3e::1
network='
  ip link set lo up
  ip link add fm0 type veth peer name fm1
  ip address add "$FACEMENTOR_E2E_ADDRESS/24" dev fm0
  ip address add "$FACEMENTOR_E2E_ADDRESS6/64" dev fm0 nodad || true
  ip link set fm0 up
  ip link set fm1 up
  ip route add default via 10.231.8.2
  exec "$@"
'
if [ "$(id -u)" = 0 ] && unshare --net true 2>/dev/null; then
  exec unshare --net bash -ec "$network" _ "$@"
elif unshare --map-root-user --net true 2>/dev/null; then
  exec unshare --map-root-user --net bash -ec "$network" _ "$@"
fi
echo "No network namespaces here: Firefox will use this machine's first address." >&2
unset FACEMENTOR_E2E_ADDRESS6
FACEMENTOR_E2E_ADDRESS=$(ip -4 -oneline address show scope global | awk '{ sub("/.*", "", $4); print $4; exit }')
exec "$@"
