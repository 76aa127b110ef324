/** Finds many strings in a text at once, in one pass over it (Aho and Corasick, 1975). Pure. */

/** A place in a text: from `start` up to, not including, `end`. */
export interface Span {
  start: number
  end: number
}

/** One way through a text that comes in pieces. */
export interface Scan {
  /** Goes on with the next piece; `found` gets each match by its place in the whole text, in the order of their ends. */
  feed: (piece: string, found: (match: Span) => void) => void
  /** How many of the last characters are the beginning of a longer match, if it comes to one. */
  open: () => number
}

/** Nodes by number; 0 is the root, and stands for none where a child is asked for. */
interface Trie {
  parent: Uint32Array
  /** The code unit that leads to the node. */
  unit: Uint16Array
  depth: Uint32Array
  /** 1 where the node has children. */
  inner: Uint8Array
  /** The node of the longest proper suffix that is in the trie. */
  fail: Uint32Array
  /** Length of the longest needle that ends here, 0 where none does. */
  longest: Uint32Array
  /** The root's children by code unit. */
  roots: Uint32Array
  /** Hash table of the other nodes, by parent and unit. */
  table: Uint32Array
}

/** Empty needles are ignored. Of several needles that end at one place the longest is found. */
export function createMatcher(needles: Iterable<string>): () => Scan {
  const trie = buildTrie([...needles])
  return () => {
    let state = 0
    let at = 0
    return {
      feed: (piece, found) => {
        for (let i = 0; i < piece.length; i++) {
          at++
          state = step(trie, state, piece.charCodeAt(i))
          const length = trie.longest[state]!
          if (length > 0) found({ start: at - length, end: at })
        }
      },
      open: () => {
        let node = state
        while (node !== 0 && trie.inner[node] === 0) node = trie.fail[node]!
        return trie.depth[node]!
      },
    }
  }
}

function step(trie: Trie, from: number, unit: number): number {
  let state = from
  while (state !== 0) {
    const next = childOf(trie, state, unit)
    if (next !== 0) return next
    state = trie.fail[state]!
  }
  return trie.roots[unit]!
}

/** Where a child is in the table, or would be. */
function slotOf(trie: Trie, parent: number, unit: number): number {
  const mask = trie.table.length - 1
  let slot = (Math.imul(parent, 0x9e_37_79_b1) ^ Math.imul(unit, 0x85_eb_ca_6b)) >>> 7
  for (;;) {
    slot &= mask
    const node = trie.table[slot]!
    if (node === 0 || (trie.parent[node] === parent && trie.unit[node] === unit)) return slot
    slot++
  }
}

function childOf(trie: Trie, parent: number, unit: number): number {
  return trie.table[slotOf(trie, parent, unit)]!
}

function buildTrie(needles: readonly string[]): Trie {
  const most = needles.reduce((sum, needle) => sum + needle.length, 1)
  const numbers = (): Uint32Array => new Uint32Array(most)
  const trie: Trie = {
    parent: numbers(),
    unit: new Uint16Array(most),
    depth: numbers(),
    inner: new Uint8Array(most),
    fail: numbers(),
    longest: numbers(),
    roots: new Uint32Array(0x1_00_00),
    table: new Uint32Array(1024),
  }
  let size = 1
  for (const needle of needles) {
    let node = 0
    for (let i = 0; i < needle.length; i++) {
      const unit = needle.charCodeAt(i)
      const next = node === 0 ? trie.roots[unit]! : childOf(trie, node, unit)
      node = next === 0 ? addNode(trie, size++, node, unit) : next
    }
    if (node !== 0) trie.longest[node] = needle.length
  }
  linkFailures(trie, size)
  return trie
}

function addNode(trie: Trie, node: number, parent: number, unit: number): number {
  trie.parent[node] = parent
  trie.unit[node] = unit
  trie.depth[node] = trie.depth[parent]! + 1
  trie.inner[parent] = 1
  if (parent === 0) trie.roots[unit] = node
  else trie.table[slotOf(trie, parent, unit)] = node
  if (node * 2 > trie.table.length) {
    trie.table = new Uint32Array(trie.table.length * 4)
    for (let old = 1; old <= node; old++) {
      if (trie.parent[old] !== 0) trie.table[slotOf(trie, trie.parent[old]!, trie.unit[old]!)] = old
    }
  }
  return node
}

/** By depth, so that what a link leads to has its own link already. */
function linkFailures(trie: Trie, size: number): void {
  const nodes = Uint32Array.from({ length: size - 1 }, (_, i) => i + 1)
  nodes.sort((a, b) => trie.depth[a]! - trie.depth[b]!)
  for (const node of nodes) {
    const parent = trie.parent[node]!
    if (parent !== 0) trie.fail[node] = step(trie, trie.fail[parent]!, trie.unit[node]!)
    if (trie.longest[node] === 0) trie.longest[node] = trie.longest[trie.fail[node]!]!
  }
}
