// What the hosts' root file system is made of. Any change here gives the image a new name in the cache.
import { createHash } from 'node:crypto'

/** Debian 13: systemd 257, NetworkManager 1.52, iproute2 6.15, close to Oracle Linux 10. */
const SUITE = 'trixie'

/** Installed on every host. python3-minimal would lack http.server; the shells are there for tests of login shells. */
const PACKAGES = [
  'curl',
  'dash',
  'dbus',
  'fish',
  'iproute2',
  'iputils-ping',
  'kmod',
  'network-manager',
  'nftables',
  'openssh-server',
  'procps',
  'python3',
  'sudo',
  'systemd',
  'systemd-sysv',
  'zsh',
] as const

/**
 * Not installed, but in the hosts' own package source together with what they depend on; dnf and its kin for hosts that
 * are to be dnf's, opendoas for those that raise privileges by doas.
 */
const POOL = ['mptcpize', 'mptcpd', 'dnf', 'rpm', 'createrepo-c', 'opendoas'] as const

/** Where the package source lies on a host. */
export const POOL_FOLDER = '/var/local/packages'

/** Users of every host: `operator` needs the password for sudo, `nopw` does not. */
export const LAB_USERS = { withPassword: 'operator', withoutPassword: 'nopw' } as const

/** Password of both users; for hosts that nothing but this machine can reach. */
export const LAB_PASSWORD = 'lab-password'

/** Downloads the pool with its dependencies; runs with mmdebstrap's apt configuration, $1 being the root folder. */
const DOWNLOAD_HOOK = `set -e
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
mkdir -p "$1${POOL_FOLDER}/partial"
apt-get install --download-only -y --no-install-recommends -o Dir::Cache::archives="$1${POOL_FOLDER}/" ${POOL.join(' ')}
rm -rf "$1${POOL_FOLDER}/partial" "$1${POOL_FOLDER}/lock"`

/** Writes the pool's index, in the pool's folder; run again on a host that lacks some of it. */
export const INDEX_SCRIPT = `set -e
cd ${POOL_FOLDER}
for deb in *.deb; do
  [ -e "$deb" ] || continue
  dpkg-deb -f "$deb"
  printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d' ' -f1)"
done > Packages
apt-get -o APT::Sandbox::User=root -qq update`

/**
 * Runs inside the new root. Nothing starts by itself in the middle of a test, no getty waits on a console that nobody
 * sees, and the first boot has no caches to build (ldconfig and the journal's catalogue took 0.2 s of 0.9 s).
 */
const SETUP_SCRIPT = `set -e
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:${POOL_FOLDER} ./' > /etc/apt/sources.list
${INDEX_SCRIPT}
for user in ${LAB_USERS.withPassword} ${LAB_USERS.withoutPassword}; do
  useradd --create-home --shell /bin/bash --gid users "$user"
  echo "$user:${LAB_PASSWORD}" | chpasswd
done
printf '%s ALL=(ALL:ALL) ALL\\n%s ALL=(ALL:ALL) NOPASSWD: ALL\\n' ${LAB_USERS.withPassword} ${LAB_USERS.withoutPassword} > /etc/sudoers.d/lab
chmod 440 /etc/sudoers.d/lab
rm -f /etc/ssh/ssh_host_*
systemctl mask --quiet console-getty.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer
ldconfig
journalctl --update-catalog
touch /etc/.updated /var/.updated`

/** mmdebstrap's arguments, without the folder. Documentation and translations are a third of the size. */
export const MMDEBSTRAP_ARGS = [
  '--quiet',
  '--variant=minbase',
  `--include=${PACKAGES.join(',')}`,
  '--skip=cleanup/apt/lists',
  ...['doc', 'locale', 'man', 'info'].map((kind) => `--dpkgopt=path-exclude=/usr/share/${kind}/*`),
  `--customize-hook=${DOWNLOAD_HOOK}`,
  `--customize-hook=rm -rf "$1"/var/lib/apt/lists/*`,
  `--customize-hook=chroot "$1" sh -c '${SETUP_SCRIPT.replaceAll("'", `'\\''`)}'`,
  SUITE,
]

/** Name of the image in the cache. */
export const IMAGE_KEY = createHash('sha256').update(JSON.stringify(MMDEBSTRAP_ARGS)).digest('hex').slice(0, 16)
