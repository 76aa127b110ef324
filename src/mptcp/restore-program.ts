/** What the restore script does with its items. POSIX sh; also for dash and busybox. */

/** Seconds that all items together wait for devices to appear and for IPv6 addresses to leave the tentative state. */
const PATIENCE = 10

export const RESTORE_PROGRAM = `set -f
export LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
failed=0
patience=${PATIENCE}
item=
newline='
'

# Logs the first line of a complaint about the item.
bad() {
  echo "mptcp-fleet: $item: \${1%%"$newline"*}" >&2
  failed=1
}

# Runs ip mptcp; what it prints on failure is logged.
run() {
  said=$(ip mptcp "$@" 2>&1) && return 0
  bad "ip mptcp $*: $said"
  return 1
}

# limits [subflows N] [add_addr_accepted N]
limits() {
  run limits set "$@"
}

# ready ADDRESS DEVICE PORT: is the device there, the address not being checked for duplicates, and, for a port, which
# the kernel opens at once, there at all?
ready() {
  [ -z "$2" ] || [ -e "/sys/class/net/$2" ] || return 1
  [ -z "$3" ] || [ -n "$(ip -o addr show to "$1" 2>/dev/null)" ] || return 1
  case $1 in
    *:*) case " $(ip -6 -o addr show tentative 2>/dev/null) " in *" inet6 $1/"*) return 1 ;; esac ;;
  esac
  return 0
}

# split WORD...: sets port, id, dev, and flags in a fixed order.
split() {
  port= id= dev= all=' '
  while [ $# -gt 0 ]; do
    case $1 in
      port) port=\${2-}; shift ;;
      id) id=\${2-}; shift ;;
      dev) dev=\${2-}; shift ;;
      rawflags)
        case \${2-} in 10) all="\${all}implicit " ;; 20) all="\${all}laminar " ;; *) all="\${all}unknown " ;; esac
        shift ;;
      signal | subflow | backup | fullmesh | laminar | implicit) all="$all$1 " ;;
      *) return 1 ;;
    esac
    [ $# -gt 0 ] || return 1
    shift
  done
  flags=
  for flag in signal subflow backup fullmesh laminar implicit unknown; do
    case $all in *" $flag "*) flags="$flags $flag" ;; esac
  done
}

# endpoint ADDRESS [port N] [id N] [dev DEVICE] [FLAG...]
# Left alone where it is there already; one with other flags, device or id is replaced.
endpoint() {
  [ $# -gt 0 ] || { bad 'this line is not understood'; return; }
  address=$1
  shift
  split "$@" || { bad 'this line is not understood'; return; }
  want_port=$port want_id=$id want_dev=$dev want_flags=$flags
  while [ "$patience" -gt 0 ] && ! ready "$address" "$want_dev" "$want_port"; do
    sleep 1
    patience=$((patience - 1))
  done
  there=$(ip mptcp endpoint show 2>&1) || { bad "ip mptcp endpoint show: $there"; return; }
  while read -r other rest; do
    [ "$other" = "$address" ] || continue
    split $rest || continue
    [ "$port" = "$want_port" ] || continue
    if [ "$flags" = "$want_flags" ] && [ "\${want_dev:-$dev}" = "$dev" ] && [ "\${want_id:-$id}" = "$id" ]; then return; fi
    run endpoint delete id "$id" || return
  done <<END
$there
END
  run endpoint add "$address" "$@"
}

# Items are data, so that a slip in one of them cannot stop the script or run anything.
while read -r item <&3; do
  set -- $item
  case \${1-} in
    '') ;;
    limits | endpoint) "$@" ;;
    *) bad 'this line is not understood' ;;
  esac
done 3<<'ITEMS'`
