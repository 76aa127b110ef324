/** The examples of modules as playbooks: word for word what `doc` shows, with a play around bare tasks. */

/** One playbook for each document of an example. */
export function examplePlaybooks(example: string): string[] {
  return example.split(/^---\n/m).map((text) => {
    if (text.startsWith('- hosts:')) return text
    return `- hosts: all\n  become: true\n  tasks:\n${text.replaceAll(/^(?=.)/gm, '    ')}`
  })
}
