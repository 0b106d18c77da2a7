#!/usr/bin/env bash
# Installs what `make bench-forward` needs from the system's packages, where it is missing. Its arguments are the
# benchmark's: without a peer Janus is not needed.
set -euo pipefail

declare -A command_of=([gcc]=cc [python3]=python3 [janus]=janus)
wanted=(gcc python3)
case " $* " in
  *" --no-peer "* | *" --help "*) ;;
  *) wanted+=(janus) ;;
esac

missing=()
for package in "${wanted[@]}"; do
  command -v "${command_of[$package]}" >/dev/null || missing+=("$package")
done
if [ ${#missing[@]} = 0 ]; then
  exit 0
fi

as_root=()
if [ "$(id -u)" != 0 ]; then
  as_root=(sudo -n)
fi
if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
  cat >&2 <<TEXT

The benchmark needs packages that are missing here: ${missing[*]}
Install them and run it again (or leave Janus out with --no-peer). On Debian or Ubuntu:

    sudo apt-get install --no-install-recommends ${missing[*]}

(They are installed by themselves when run as root, or where sudo asks no password.)
TEXT
  exit 1
fi

echo "Installing ${missing[*]} (apt-get)" >&2
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
"${apt[@]}" update >/dev/null
"${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null
