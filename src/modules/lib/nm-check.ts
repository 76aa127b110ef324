/** Looks on the host whether a card got its profile's static addresses, before anything is saved. */
import type { NmSettings } from '../../facts/nm_profile.ts'
import type { RunStep } from '../../model/change.ts'
import { shellJoin } from '../../text/shell.ts'
import { addressesIn } from './nm-settings.ts'

/** Seconds that a card gets until it has its addresses: duplicate address detection of IPv6 takes about two. */
const WAIT = 5

/** Arguments: the card, then its addresses with prefix length. */
const LOOK = `dev=$1; shift; tries=0
while :; do
  lacks=
  for own do
    case $(ip -o address show dev "$dev" to "\${own%/*}") in
      *' tentative '* | *' dadfailed '*) lacks="$lacks $own" ;;
      *" $own "*) ;;
      *) lacks="$lacks $own" ;;
    esac
  done
  [ -n "$lacks" ] || exit 0
  tries=$((tries + 1))
  [ "$tries" -le ${WAIT * 5} ] || break
  sleep 0.2
done
for own in $lacks; do
  echo "$own is not on $dev: NetworkManager gives a card no address that another host of the network has" >&2
done
`

/**
 * Fails where the card lacks one of the profile's static addresses, once `back` has taken back what led there. Empty where
 * the profile has none.
 */
export function addressSteps(dev: string, profile: NmSettings, back: readonly RunStep[]): RunStep[] {
  const wanted = ['ipv4', 'ipv6']
    .filter((family) => profile[`${family}.method`] === 'manual')
    .flatMap((family) => addressesIn(profile[`${family}.addresses`]))
    .map(({ address, prefix }) => `${address}/${prefix}`)
  if (wanted.length === 0) return []
  return [
    {
      kind: 'run',
      argv: ['sh', 'check-addresses', dev, ...wanted],
      script: { at: 1, text: LOOK + backText(back) },
      timeout: back.reduce((sum, step) => sum + (step.timeout ?? 30), 2 * WAIT + 10),
    },
  ]
}

function backText(back: readonly RunStep[]): string {
  if (back.length === 0) return 'exit 1\n'
  return `failed=
${back.map(({ argv }) => `${shellJoin(argv)} >/dev/null || failed=1`).join('\n')}
if [ -z "$failed" ]; then echo "what $dev had before was brought up again" >&2
else echo "what $dev had before could not be brought up again" >&2; fi
exit 1
`
}
