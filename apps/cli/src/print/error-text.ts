import { messageWithHint } from './error-hint.js'
import { coloured } from './terminal.js'

/** How to print an error. */
export interface ErrorFormat {
  /** As a JSON object, with `name`, `message`, `exitCode` and, as far as it has them, `code`, `sql`, `line` and `column`; if verbose also with its `stack` and causes. */
  json: boolean
  /** With the SQL, the stack and the causes. */
  verbose: boolean
  exitCode: number
  process: { stderr: NodeJS.WriteStream }
}

/** An error as one sentence, or as the format says; ends with a line break. */
export function errorText(error: unknown, { json, verbose, exitCode, process }: ErrorFormat): string {
  if (json)
    return `${JSON.stringify({ error: { ...facts(error), exitCode, ...(verbose && { stack: detailed(error) }) } })}\n`
  const text = verbose
    ? detailed(error)
    : oneLine(error instanceof Error ? messageWithHint(error) : String(error))
  return `${coloured(process.stderr, 'red', `minilake: ${text}`)}\n${placeText(error)}`
}

/** The line of the SQL that an error is about, with a caret below the place, if the engine names it; else ''. */
function placeText(error: unknown): string {
  const { sql, line, column } = error as Partial<Record<'sql' | 'line' | 'column', unknown>>
  if (typeof sql !== 'string' || typeof line !== 'number' || typeof column !== 'number') return ''
  const text = (sql.split('\n')[line - 1] ?? '').replace(/[\p{Cc}]/gu, ' ')
  // Of a long line, only what is near.
  const start = Math.max(column - 60, 0)
  const label = `line ${line}: ${start > 0 ? '…' : ''}`
  const shown = text.slice(start, start + 100).trimEnd()
  return `${label}${shown}\n${' '.repeat(label.length + column - 1 - start)}^\n`
}

function facts(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { code, errorName, sql, line, column } = error as Partial<
    Record<'code' | 'errorName' | 'sql' | 'line' | 'column', unknown>
  >
  const message = oneLine(messageWithHint(error))
  return { name: error.name, message, code: errorName ?? code, sql, line, column }
}

function detailed(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const sql = 'sql' in error ? `\nSQL: ${String(error.sql)}` : ''
  const cause = error.cause === undefined ? '' : `\ncaused by: ${detailed(error.cause)}`
  return `${error.stack ?? error.message}${sql}${cause}`
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ')
}
