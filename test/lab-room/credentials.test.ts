import ssh2 from 'ssh2'
import { expect, it } from 'vitest'
import { makeKeyPair } from '../../src/lab/credentials.ts'

it('makes only keys that can be read back', () => {
  // One in 256 was unreadable: 600 pairs without one had a chance of a tenth before the mend.
  for (let i = 0; i < 600; i++) expect(ssh2.utils.parseKey(makeKeyPair('lab').privateKey)).not.toBeInstanceOf(Error)
})
