/** Boxes that scroll can be reached by keys; the others, which are most, are no stops on the way. */

export function markScrollers(root: ParentNode): void {
  for (const box of root.querySelectorAll<HTMLElement>('.wide, pre')) {
    const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight
    if (scrolls) box.tabIndex = 0
    else box.removeAttribute('tabindex')
  }
}
