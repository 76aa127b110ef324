/** The tenancy that Oracle's own plugin was asked about: see plugin.slow.test.ts. */
import type { Tenancy } from './tenancy.ts'
import { addCompartment, addInstance, addSubnet, emptyTenancy, TENANCY } from './tenancy.ts'

const [A, F] = ['us-ashburn-1', 'eu-frankfurt-1']

/** Names, tags and networks of many kinds, in compartments of three levels and two regions. */
export function manifold(): Tenancy {
  const t = emptyTenancy([A, F])
  const [s, s6, f] = [addSubnet(t, A, 'a'), addSubnet(t, A, 'b', true), addSubnet(t, F, 'f')]
  const web = addCompartment(t, 'Web Shop')
  const below = addCompartment(t, 'below', web)
  const deeper = addCompartment(t, 'deeper', below)
  addCompartment(t, 'gone', web, { lifecycleState: 'DELETED' })
  const freeformTags = { role: 'web', 'Cost Center': 'a/b:c' }
  const definedTags = { Ops: { Tier: 'gold', 'n r': '5' }, 'Oracle-Tags': { CreatedBy: 'default/me@x.y' } }
  const more = { skipSourceDestCheck: true }
  addInstance(t, A, web, 'web-1', [{ name: 'first', subnet: s, privateIp: '10.0.0.1', publicIp: '203.0.113.1' }], {
    freeformTags,
    definedTags,
  })
  addInstance(t, A, web, 'db 1', [{ name: 'only', subnet: s, privateIp: '10.0.0.9' }], { faultDomain: undefined })
  addInstance(t, A, below, 'six', [
    {
      name: 'x',
      subnet: s6,
      privateIp: '10.0.0.5',
      publicIp: '203.0.113.5',
      ipv6s: ['2001:db8::1', '2001:db8::2'],
      more,
    },
  ])
  addInstance(t, A, deeper, 'deep', [{ name: 'y', subnet: s6, privateIp: '10.0.0.6', publicIp: '203.0.113.6' }], {
    definedTags,
  })
  addInstance(t, F, TENANCY, 'eu', [{ name: 'eu', subnet: f, privateIp: '10.1.0.1', publicIp: '203.0.113.7' }], {
    freeformTags: { role: 'db' },
  })
  addInstance(t, F, web, 'off', [{ name: 'eu', subnet: f, privateIp: '10.1.0.1', publicIp: '203.0.113.8' }], {
    lifecycleState: 'STOPPED',
  })
  const vlan = {
    id: 'ocid1.vlan.oc1..v',
    compartmentId: TENANCY,
    vcnId: 'ocid1.vcn.oc1..v',
    cidrBlock: '10.9.0.0/24',
    displayName: 'v',
    availabilityDomain: 'AD',
    lifecycleState: 'AVAILABLE',
  }
  t.vlans[A]?.push(vlan)
  addInstance(t, A, TENANCY, 'esxi', [
    {
      name: 'v',
      subnet: null,
      privateIp: '10.9.0.1',
      publicIp: '203.0.113.9',
      more: { vlanId: vlan.id, subnetId: null },
    },
  ])
  return t
}
