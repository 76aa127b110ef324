/** Names of files, one for each host, whatever hosts are called. */

/** Room for an ending below the 255 bytes of a file system. */
const LONGEST = 200

/** In the order of the hosts. No two are the same, also where upper and lower case are. */
export function hostFileNames(hosts: readonly string[], ending: string): string[] {
  const taken = new Set<string>()
  return hosts.map((host) => {
    const stem = host
      .replaceAll(/[^\w.-]/g, '_')
      .replace(/^[.-]|^$/, '_')
      .slice(0, LONGEST)
    let name = stem
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${stem}-${number}`
    taken.add(name.toLowerCase())
    return `${name}${ending}`
  })
}
