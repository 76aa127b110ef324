/** Pages of HTML reports, taken apart by tests. */

/** The texts of the elements of a name that have these attributes. */
export function contentsOf(html: string, tag: string, attributes = ''): string[] {
  return html
    .split(`<${tag}${attributes}>`)
    .slice(1)
    .map((rest) => rest.slice(0, rest.indexOf(`</${tag}>`)))
}

/** A page without its script and its data; any other text as it is. */
export function withoutOwnScripts(text: string): string {
  if (!text.startsWith('<!doctype html>')) return text
  return text
    .replace(/<script type="application\/octet-stream" id="data">[\w+/=]*<\/script>/, '')
    .replace(`<script>${contentsOf(text, 'script')[0] ?? ''}</script>`, '')
}
