/** Quotes a name as an SQL identifier, doubling quotes as Trino and DuckDB do. Throws a RangeError for a NUL. */
export function quoteIdentifier(name: string): string {
  return `"${withoutNul('identifier', name).replaceAll('"', '""')}"`
}

/** Quotes a text as an SQL string literal, doubling apostrophes as Trino and DuckDB do. Throws a RangeError for a NUL. */
export function quoteLiteral(text: string): string {
  return `'${withoutNul('string', text).replaceAll("'", "''")}'`
}

/** A dotted name with each part quoted: `"hive"."iot_dw"."pump"`. */
export function qualifiedName(...parts: string[]): string {
  return parts.map(quoteIdentifier).join('.')
}

/** Writes a finite number as an SQL literal whose DOUBLE value is exact. Throws a RangeError for NaN and infinities. */
export function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`number in SQL expected a finite value, got ${value}`)
  const text = String(value)
  // Without an exponent, 0.1 is a DECIMAL, which DuckDB rounds when it casts it to DOUBLE, and 1e19 overflows Trino's BIGINT.
  return Number.isSafeInteger(value) || text.includes('e') ? text : `${text}E0`
}

/** Writes a time as an SQL timestamp literal, UTC, to the millisecond: `TIMESTAMP '2026-01-01 00:00:00.000'`. */
export function timestampLiteral(time: Date): string {
  return `TIMESTAMP ${quoteLiteral(time.toISOString().slice(0, -1).replace('T', ' '))}`
}

/** Escapes a path for DuckDB's file readers, so that as a glob it matches only itself. Quote the result with `quoteLiteral`. */
export function globText(path: string): string {
  return path.replace(/[[*?]/g, (character) => `[${character}]`)
}

// A NUL ends the statement for parsers written in C, so no quoting can help.
function withoutNul(subject: string, text: string): string {
  if (text.includes('\0'))
    throw new RangeError(`${subject} in SQL expected no NUL character, got ${JSON.stringify(text)}`)
  return text
}
