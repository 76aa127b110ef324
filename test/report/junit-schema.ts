/** JUnit's schema, and what xmllint says of a text by it. */
import { readFileSync } from 'node:fs'
import { validateXML } from 'xmllint-wasm'

const schema = readFileSync(new URL('../schemas/JUnit.xsd', import.meta.url), 'utf8')

/** Empty where the text is XML and as the schema wants it. */
export async function faultsOf(xml: string): Promise<string[]> {
  const { errors } = await validateXML({ xml, schema })
  return errors.map(({ rawMessage }) => rawMessage)
}

const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** What a reader makes of the text of an element. */
export function readXml(text: string): string {
  return text.replaceAll(/&(\w+);/g, (_, name: string) => CHARACTERS[name]!)
}
