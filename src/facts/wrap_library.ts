import { defineFact } from './define.ts'
import { lines } from './read/output.ts'

/** Full path of the library that makes programs use MPTCP; null where it is not installed. Key: `wrap_library`. */
export type WrapLibrary = string | null

export const wrapLibrary = defineFact<WrapLibrary>({
  key: 'wrap_library',
  summary: 'Where libmptcpwrap is, which makes programs use MPTCP.',
  // Debian has it below the folder of its architecture, Oracle Linux and Fedora in /usr/lib64.
  probe: `for f in /usr/lib64/mptcpize /usr/lib/mptcpize /usr/lib/*/mptcpize /usr/lib64 /usr/local/lib/mptcpize /usr/local/lib; do
for l in "$f"/libmptcpwrap.so*; do [ -f "$l" ] && echo "$l"; done
done`,
  // The name with the whole version is gone at the next upgrade; without any version it belongs to development files.
  parse: ({ stdout }) => {
    const found = lines(stdout).filter((path) => path.startsWith('/'))
    const ending = (end: RegExp): string | undefined => found.find((path) => end.test(path))
    return ending(/\.so\.\d+$/) ?? ending(/\.so\.[\d.]+$/) ?? ending(/\.so$/) ?? null
  },
  example: `/usr/lib/x86_64-linux-gnu/mptcpize/libmptcpwrap.so.0
/usr/lib/x86_64-linux-gnu/mptcpize/libmptcpwrap.so.0.0.1
`,
})
