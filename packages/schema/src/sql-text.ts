/** A name as a quoted SQL identifier; Trino and DuckDB both double the quotes within. Throws a RangeError for a NUL. */
export function quoteIdentifier(name: string): string {
  return `"${withoutNul('identifier', name).replaceAll('"', '""')}"`
}

/** A text as an SQL string literal; Trino and DuckDB both double the apostrophes within. Throws a RangeError for a NUL. */
export function quoteLiteral(text: string): string {
  return `'${withoutNul('string', text).replaceAll("'", "''")}'`
}

/** A dotted name, each part quoted: `"hive"."iot_dw"."pump"`. */
export function qualifiedName(...parts: string[]): string {
  return parts.map(quoteIdentifier).join('.')
}

/** A finite number as an SQL literal that keeps its exact value as a DOUBLE. Throws a RangeError for NaN and infinities. */
export function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`number in SQL expected a finite value, got ${value}`)
  const text = String(value)
  // Without an exponent, 0.1 is a DECIMAL, which DuckDB rounds on its way to DOUBLE, and 1e19 overflows Trino's BIGINT.
  return Number.isSafeInteger(value) || text.includes('e') ? text : `${text}E0`
}

/** A UTC time as an SQL timestamp literal to the millisecond: `TIMESTAMP '2026-01-01 00:00:00.000'`. */
export function timestampLiteral(time: Date): string {
  return `TIMESTAMP ${quoteLiteral(time.toISOString().slice(0, -1).replace('T', ' '))}`
}

/** A path as a glob of DuckDB's file readers that stands for just this path; to be quoted as a literal too. */
export function globText(path: string): string {
  return path.replace(/[[*?]/g, (character) => `[${character}]`)
}

// A NUL ends a statement for parsers written in C, so nothing that holds one can be quoted.
function withoutNul(subject: string, text: string): string {
  if (text.includes('\0'))
    throw new RangeError(`${subject} in SQL expected no NUL character, got ${JSON.stringify(text)}`)
  return text
}
