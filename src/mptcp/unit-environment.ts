/** What unit files say of the environment of a service: assignments of Environment=, as systemd.exec(5) reads them. */

/**
 * The value of each variable over the files in the order in which systemd reads them; later ones win, an empty
 * Environment= forgets all before it. Escapes and specifiers (%i) are left as they are written.
 */
export function unitEnvironment(files: readonly string[]): Record<string, string> {
  let found: Record<string, string> = {}
  for (const { section, name, value } of files.flatMap(unitSettings)) {
    if (section !== 'Service' || name !== 'Environment') continue
    if (value === '') found = {}
    for (const word of words(value)) {
      const at = word.indexOf('=')
      if (at > 0) found[word.slice(0, at)] = word.slice(at + 1)
    }
  }
  return found
}

/** The last value of a setting over the files; null where none has it. */
export function unitSetting(files: readonly string[], section: string, name: string): string | null {
  const all = files.flatMap(unitSettings)
  return all.findLast((setting) => setting.section === section && setting.name === name)?.value ?? null
}

/** An assignment as it stands behind Environment=. */
export function environmentWord(name: string, value: string): string {
  return `"${name}=${value.replaceAll('"', String.raw`\"`)}"`
}

interface Setting {
  section: string
  name: string
  value: string
}

function unitSettings(text: string): Setting[] {
  const settings: Setting[] = []
  let section = ''
  // A line that ends in a backslash goes on in the next one; comments between them are left out.
  const joined = text.replaceAll(/\\\n(?:[ \t]*[#;].*\n)*/g, ' ')
  for (const line of joined.split('\n').map((each) => each.trim())) {
    const head = /^\[(.+)\]$/.exec(line)
    const setting = /^([\w-]+)\s*=([^]*)$/.exec(line)
    if (head !== null) section = head[1]!
    else if (setting !== null) settings.push({ section, name: setting[1]!, value: setting[2]!.trim() })
  }
  return settings
}

/** Words between blanks; quotes hold one together, at its start as well as within it. One that is not closed ends a word. */
function words(text: string): string[] {
  const found: string[] = []
  let word: string | null = null
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!
    const quoted: string | null = sign === '"' || sign === "'" ? quotedAt(text, at) : null
    if (quoted !== null) {
      word = (word ?? '') + quoted.slice(1, -1).replaceAll(String.raw`\"`, '"')
      at += quoted.length - 1
    } else if (/[\s"']/.test(sign)) {
      if (word !== null) found.push(word)
      word = null
    } else {
      // An escape is left as it is written.
      const part = sign === '\\' ? text.slice(at, at + 2) : sign
      word = (word ?? '') + part
      at += part.length - 1
    }
  }
  return word === null ? found : [...found, word]
}

/** The quoted text that begins at a place, with its quotes; null where its end is missing. */
function quotedAt(text: string, from: number): string | null {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === text[from]) return text.slice(from, at + 1)
  }
  return null
}
