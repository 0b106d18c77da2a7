#!/usr/bin/env bash
# Installs what `make test` needs from the system's packages, where it is missing:
# Chromium, Firefox ESR, PostgreSQL, coturn (the TURN server of the relay tests) and openssl (its certificate), iproute2 (network namespaces for the Firefox
# tests), valgrind (it counts instructions).
set -euo pipefail

declare -A command_of=(
  [chromium]=/usr/bin/chromium
  [coturn]=turnserver
  [firefox-esr]=/usr/bin/firefox-esr
  [iproute2]=ip
  [openssl]=openssl
  [valgrind]=valgrind
)

missing=()
for package in chromium coturn firefox-esr iproute2 openssl valgrind; do
  command -v "${command_of[$package]}" >/dev/null || missing+=("$package")
done
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)

if [ ${#missing[@]} = 0 ]; then
  exit 0
fi

as_root=()
if [ "$(id -u)" != 0 ]; then
  as_root=(sudo -n)
fi
if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
  cat >&2 <<TEXT

The tests need packages that are missing here: ${missing[*]}
Install them and run \`make test\` again. On Debian or Ubuntu:

    sudo apt-get install --no-install-recommends ${missing[*]}

(They are installed by themselves when run as root, or where sudo asks no password.)
TEXT
  exit 1
fi

echo "Installing ${missing[*]} (apt-get)"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
"${apt[@]}" update >/dev/null
"${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null
