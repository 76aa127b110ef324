/** The examples of modules as playbooks: word for word what `doc` shows, with a play around bare tasks. */

import path from 'node:path'
import { modules } from '../../src/modules/registry.ts'
import { parsePlaybook } from '../../src/playbook/parse.ts'
import type { Play } from '../../src/playbook/types.ts'

/** Where files lie that examples name. */
export const EXAMPLE_FILES = path.join(import.meta.dirname, 'example-files')

/** The plays of one of these playbooks. */
export function parseExample(text: string): Play[] {
  return parsePlaybook(text, 'example', modules, [EXAMPLE_FILES]).plays
}

/** One playbook for each document of an example. */
export function examplePlaybooks(example: string): string[] {
  return example.split(/^---\n/m).map((text) => {
    if (text.startsWith('- hosts:')) return text
    return `- hosts: all\n  become: true\n  tasks:\n${text.replaceAll(/^(?=.)/gm, '    ')}`
  })
}
