/** Where a key moves to in a grid. */

/** Row -1 is the head. */
export interface Place {
  row: number
  column: number
}

interface Size {
  rows: number
  columns: number
  /** Rows that Page Up and Down move. */
  page: number
}

/** null for keys that do not move. */
export function nextPlace(
  { row, column }: Place,
  { key, ctrlKey }: { key: string; ctrlKey: boolean },
  { rows, columns, page }: Size,
): Place | null {
  const moves: Readonly<Record<string, Place>> = {
    ArrowUp: { row: row - 1, column },
    ArrowDown: { row: row + 1, column },
    ArrowLeft: { row, column: column - 1 },
    ArrowRight: { row, column: column + 1 },
    PageUp: { row: Math.max(0, row - page), column },
    PageDown: { row: row + page, column },
    Home: { row: ctrlKey ? 0 : row, column: 0 },
    End: { row: ctrlKey ? rows - 1 : row, column: columns - 1 },
  }
  const to = moves[key]
  if (to === undefined) return null
  return { row: clamp(to.row, -1, rows - 1), column: clamp(to.column, 0, columns - 1) }
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value))
}
