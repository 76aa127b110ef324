/** Filters for paths, as texts: nothing is looked up on the controller. */
import { posix, win32 } from 'node:path'
import { list, text } from '../python.ts'
import { row } from '../row.ts'

export const PATH_FILTERS = [
  row('basename', '', 'the last part of a path', (value) => text(value).replace(/^.*\//s, '')),
  row('dirname', '', 'a path without its last part', (value) => {
    const head = text(value).slice(0, text(value).lastIndexOf('/') + 1)
    return /^\/+$/.test(head) ? head : head.replace(/\/+$/, '')
  }),
  row('splitext', '', 'a path and its extension', (value) => {
    const [, stem = '', extension = ''] = /^((?:.*\/)?\.*[^/]*?)(\.[^./]*)?$/s.exec(text(value)) ?? []
    return /^(?:.*\/)?\.*$/s.test(stem) && extension !== '' ? [stem + extension, ''] : [stem, extension]
  }),
  row('path_join', '', 'parts as one path', (value) => {
    if (typeof value === 'string') return value
    return list(value)
      .map(text)
      .reduce((path, part) =>
        part.startsWith('/') ? part : path === '' || path.endsWith('/') ? path + part : `${path}/${part}`,
      )
  }),
  row('relpath', 'start', 'the way from one absolute path to another', (value, start) => {
    const [to, from] = [text(value), text(start ?? '')]
    if (!to.startsWith('/') || !from.startsWith('/'))
      throw new TypeError('takes absolute paths, since the working directory is no part of an inventory')
    return posix.relative(from, to) || '.'
  }),
  row('win_basename', '', 'the last part of a Windows path', (value) =>
    text(value).replace(/^(?:[A-Za-z]:)?(?:.*[\\/])?/s, ''),
  ),
  row('win_dirname', '', 'a Windows path without its last part', (value) => {
    const [, drive = '', rest = ''] = /^([A-Za-z]:)?(.*)$/s.exec(text(value)) ?? []
    const head = rest.slice(0, Math.max(rest.lastIndexOf('\\'), rest.lastIndexOf('/')) + 1)
    return drive + (/^[\\/]+$/.test(head) ? head : head.replace(/[\\/]+$/, ''))
  }),
  row('win_splitdrive', '', 'the drive of a Windows path and the rest', (value) => {
    const drive = win32.parse(text(value)).root.replace(/[\\/]+$/, '')
    return [text(value).slice(0, drive.length), text(value).slice(drive.length)]
  }),
]
