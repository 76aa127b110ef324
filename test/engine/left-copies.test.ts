import { expect, test } from 'vitest'
import { leftCopies } from '../../src/engine/script/left-copies.ts'

const printed = (...lines: string[]) => new Map([['left', { stdout: `${lines.join('\n')}\n`, stderr: '', rc: 0 }]])

test('one warning for each run; the applies of one run belong together', () => {
  const notes = leftCopies(
    printed(
      '/etc/sysctl.d/.90-mptcp.conf.20260102T030405Z-1a2b3c',
      '/etc/systemd/system/.mptcp-fleet.service.20260102T030405Z-1a2b3c-2.new',
      '/etc/.other.20260203T030405Z-aaaaaa',
    ),
  )
  expect(notes.map(({ isWarning }) => isWarning)).toEqual([true, true])
  expect(notes[0]!.summary).toContain('run 20260102T030405Z-1a2b3c came to no end here: ')
  expect(notes[0]!.summary).toContain('/etc/sysctl.d/90-mptcp.conf as it was before; ')
  expect(notes[0]!.summary).toContain('/etc/systemd/system/mptcp-fleet.service, unfinished; ')
  expect(notes[1]!.summary).toContain('rollback 20260203T030405Z-aaaaaa')
})

test('what is not named like a copy is nothing of ours, and a flood is cut short', () => {
  expect(leftCopies(printed('', '/etc/passwd', '\u001B[2J', '/etc/.x.20260102T030405Z-zzzzzz'))).toEqual([])
  expect(leftCopies(new Map())).toEqual([])
  const many = Array.from({ length: 5000 }, (_, n) => `/etc/.f${n}.20260102T030405Z-1a2b3c`)
  const [note, ...more] = leftCopies(printed(...many))
  expect(more).toEqual([])
  expect(note!.summary).toContain('and 4990 more')
  expect(note!.summary.length).toBeLessThan(2000)
})
