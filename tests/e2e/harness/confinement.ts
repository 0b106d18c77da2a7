import { spawnSync } from 'node:child_process';
import { chownSync } from 'node:fs';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/** Every mount read-only but the data folder, the kernel's own and devices; then a user without any rights. */
const SCRIPT = `
  set -e
  mount --make-rprivate /
  mount --bind "$FACEMENTOR_DATA_DIR" "$FACEMENTOR_DATA_DIR"
  awk '{ print $2 }' /proc/self/mounts | grep -vE '^/(proc|sys|dev)(/|$)' | while read -r point; do
    [ "$point" = "$FACEMENTOR_DATA_DIR" ] || mount -o remount,bind,ro "$point"
  done
  exec setpriv $RIGHTS --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
`;

/** Why a confined run is impossible here, or null. */
export function whyNotConfined(binary: string): string | null {
  const probe = spawnSync('unshare', [...namespaces(), 'true']);
  if (probe.status !== 0) return 'this system lets nobody make a mount namespace';
  if (!isRoot) return null;
  const readable = spawnSync('setpriv', [...rights().split(' '), 'test', '-x', binary]);
  return readable.status === 0 ? null : 'the repository lies where other users may not read';
}

/** The command that runs `binary` as nobody where nothing but `data` can be written. */
export function confined(binary: string, args: string[], data: string): [string, string[]] {
  if (isRoot) chownSync(data, NOBODY, NOBODY);
  const script = SCRIPT.replace('$RIGHTS', rights());
  return ['unshare', [...namespaces(), 'bash', '-c', script, '_', binary, ...args]];
}

function namespaces(): string[] {
  return isRoot ? ['--mount'] : ['--map-root-user', '--mount'];
}

function rights(): string {
  return isRoot ? `--reuid=${NOBODY} --regid=${NOBODY} --clear-groups` : '';
}
