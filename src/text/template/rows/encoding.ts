/** Filters that write values as JSON or YAML and read them, encode and digest. */
import { createHash } from 'node:crypto'
import { number, pythonText, text, truth } from '../python.ts'
import { row } from '../row.ts'
import { jsonText, readJson } from './json.ts'
import { readYaml, readYamlDocuments, yamlText } from './yaml.ts'

/** The namespace in which Ansible makes its UUIDs. */
const ANSIBLE = '361E6D51-FAEC-444A-9079-341386DA8E2E'
const HASHES = [
  'md5',
  'sha1',
  'sha224',
  'sha256',
  'sha384',
  'sha512',
  'sha3_224',
  'sha3_256',
  'sha3_384',
  'sha3_512',
  'blake2b',
  'blake2s',
]
const OPENSSL: Readonly<Record<string, string>> = { blake2b: 'blake2b512', blake2s: 'blake2s256' }

export const ENCODING_FILTERS = [
  row(
    'to_json',
    'indent sort_keys ensure_ascii vault_to_text preprocess_unsafe',
    'as JSON',
    (value, indent = null, sort = false, ascii = true) =>
      jsonText(value, { indent: indent === null ? null : number(indent), sort: truth(sort), ascii: truth(ascii) }),
  ),
  row(
    'to_nice_json',
    'indent sort_keys ensure_ascii',
    'as JSON over several lines, keys sorted',
    (value, indent = 4, sort = true, ascii = true) =>
      jsonText(value, { indent: number(indent), sort: truth(sort), ascii: truth(ascii) }),
  ),
  row('tojson', 'indent', 'as JSON that is safe in HTML, keys sorted', (value, indent = null) =>
    jsonText(value, { indent: indent === null ? null : number(indent), sort: true, ascii: true }).replace(
      /[<>&']/g,
      (char) => `\\u00${char.charCodeAt(0).toString(16)}`,
    ),
  ),
  row('from_json', '', 'the value of JSON', (value) => readJson(text(value))),
  row(
    'to_yaml',
    'default_flow_style indent width sort_keys',
    'as YAML, keys sorted',
    (value, flow = null, indent = 2, width = 80, sort = true) =>
      yamlText(value, {
        indent: number(indent),
        width: number(width),
        sort: truth(sort),
        flow: flow === null ? null : truth(flow),
      }),
  ),
  row(
    'to_nice_yaml',
    'indent width sort_keys',
    'as YAML, every entry in a line of its own',
    (value, indent = 4, width = 80, sort = true) =>
      yamlText(value, { indent: number(indent), width: number(width), sort: truth(sort), flow: false }),
  ),
  row('from_yaml', '', 'the value of YAML', (value) => (typeof value === 'string' ? readYaml(value) : value)),
  row('from_yaml_all', '', 'the values of several YAML documents', (value) =>
    typeof value === 'string' ? readYamlDocuments(value) : value,
  ),
  row('b64encode', 'encoding', 'in base64', (value, encoding = 'utf-8') =>
    Buffer.from(pythonText(value), bufferEncoding(encoding)).toString('base64'),
  ),
  row('b64decode', 'encoding', 'the text that base64 stands for', (value, encoding = 'utf-8') =>
    decodeBase64(text(value), encoding),
  ),
  row('hash', 'hashtype', 'a digest in hexadecimal: sha1, or another', (value, type = 'sha1') =>
    digest(value, text(type)),
  ),
  row('md5', '', 'the MD5 digest', (value) => digest(value, 'md5')),
  row('sha1 checksum', '', 'the SHA-1 digest', (value) => digest(value, 'sha1')),
  row('to_uuid', 'namespace', 'a UUID that is always the same for this text', (value, namespace = ANSIBLE) =>
    uuid5(pythonText(value), text(namespace)),
  ),
  row('urlencode', '', 'for a URL: a text, or pairs as a query', (value) => {
    if (typeof value !== 'object' || value === null) return quoteUrl(pythonText(value), false)
    const pairs = Array.isArray(value) ? (value as [unknown, unknown][]) : Object.entries(value)
    return pairs
      .map(([key, item]) => `${quoteUrl(pythonText(key), true)}=${quoteUrl(pythonText(item), true)}`)
      .join('&')
  }),
  row('urldecode', '', 'the text that a URL stands for', (value) => decodeUrl(text(value).replaceAll('+', ' '))),
  row('urlsplit', 'query', 'the parts of a URL, or one of them', (value, query = '') =>
    splitUrl(text(value), text(query)),
  ),
]

function digest(value: unknown, type: string): string {
  const name = type.toLowerCase()
  if (!HASHES.includes(name)) throw new TypeError(`there is no hash "${type}": ${HASHES.join(', ')}`)
  return createHash(OPENSSL[name] ?? name.replace('_', '-'))
    .update(pythonText(value), 'utf8')
    .digest('hex')
}

const ENCODINGS: Readonly<Record<string, BufferEncoding>> = {
  'utf-8': 'utf8',
  utf8: 'utf8',
  ascii: 'ascii',
  'latin-1': 'latin1',
  'iso-8859-1': 'latin1',
  'utf-16-le': 'utf16le',
}

function bufferEncoding(name: unknown): BufferEncoding {
  const known = ENCODINGS[text(name).toLowerCase()]
  if (known === undefined)
    throw new TypeError(`there is no encoding "${text(name)}": ${Object.keys(ENCODINGS).join(', ')}`)
  return known
}

function decodeBase64(value: string, encoding: unknown): string {
  const clean = value.replaceAll(/[^A-Za-z0-9+/=]/g, '')
  if (clean.length % 4 !== 0) throw new TypeError('no base64: the padding is not right')
  const bytes = Buffer.from(clean, 'base64')
  const of = bufferEncoding(encoding)
  const decoded = bytes.toString(of)
  if (of === 'utf8' && !Buffer.from(decoded).equals(bytes)) throw new TypeError('what it decodes to is no UTF-8')
  return decoded
}

function uuid5(name: string, namespace: string): string {
  const hex = namespace.replaceAll(/[-{}]|urn:|uuid:/g, '')
  if (!/^[\da-fA-F]{32}$/.test(hex)) throw new TypeError(`"${namespace}" is no UUID`)
  const bytes = createHash('sha1').update(Buffer.from(hex, 'hex')).update(name, 'utf8').digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x50
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function quoteUrl(value: string, query: boolean): string {
  const quoted = encodeURIComponent(value).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return query ? quoted.replaceAll('%20', '+') : quoted.replaceAll('%2F', '/')
}

function decodeUrl(value: string): string {
  return value.replace(/(?:%[\da-fA-F]{2})+/g, (escaped) =>
    Buffer.from(escaped.replaceAll('%', ''), 'hex').toString('utf8'),
  )
}

/** As Python's urlsplit, which takes any text apart. */
function splitUrl(value: string, query: string): unknown {
  const [, scheme = '', netloc = '', path = '', queryText = '', fragment = ''] =
    /^(?:([A-Za-z][\w+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/.exec(value) ?? []
  const at = netloc.lastIndexOf('@')
  const [user, host] = at < 0 ? ['', netloc] : [netloc.slice(0, at), netloc.slice(at + 1)]
  const [, v6, name = '', port = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(host) ?? []
  const [username, ...rest] = at < 0 ? [null] : user.split(':')
  const parts: Record<string, unknown> = {
    fragment,
    hostname: (v6 ?? name).toLowerCase() || null,
    netloc,
    password: rest.length === 0 ? null : rest.join(':'),
    path,
    port: port === '' ? null : Number(port),
    query: queryText,
    scheme: scheme.toLowerCase(),
    username,
  }
  if (query === '') return parts
  if (!Object.hasOwn(parts, query)) throw new TypeError(`a URL has no "${query}": ${Object.keys(parts).join(', ')}`)
  return parts[query]
}
