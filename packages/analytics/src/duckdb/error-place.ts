/**
 * Where in the SQL an error of DuckDB is, from 1, which DuckDB shows below its message: the line, in part if it is long, and a caret.
 */
export function errorPlace(message: string, sql: string): { line?: number; column?: number } {
  const [, number, shown = '', indent = ''] = /\nLINE (\d+): (.*)\n( *)\^/.exec(message) ?? []
  const line = Number(number)
  const text = sql.split('\n')[line - 1]
  if (number === undefined || text === undefined) return {}
  const [, dots = '', part = ''] = /^(\.\.\.)?(.*?)(?:\.\.\.)?$/.exec(shown) ?? []
  const from = dots === '' ? 0 : text.indexOf(part)
  if (from === -1) return {}
  const at = indent.length - `LINE ${number}: `.length - dots.length
  return { line, column: from + at + 1 }
}
