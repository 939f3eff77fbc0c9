import { holdsLongNumber, parseExactJson } from './exact-json.js'

/**
 * Parses a response of Trino; integers of its rows that a number cannot hold exactly become text. Throws a SyntaxError for invalid
 * JSON.
 */
export function parsePage(text: string): unknown {
  return parseExactJson(text, holdsLongInteger)
}

/** Whether rows hold such an integer. Only values of type BIGINT, alone or within another type, are written as long integers. */
function holdsLongInteger(page: unknown): boolean {
  const { columns, data } = (page ?? {}) as { columns?: unknown; data?: unknown }
  if (!Array.isArray(columns) || !Array.isArray(data)) return holdsLongNumber(page)
  const suspects = (columns as { type?: unknown }[]).flatMap(({ type }, index) =>
    String(type).includes('bigint') ? [index] : [],
  )
  return suspects.some((index) => data.some((row: unknown[]) => holdsLongNumber(row[index])))
}
