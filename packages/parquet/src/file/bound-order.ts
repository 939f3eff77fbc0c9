import type { Statistics } from 'hyparquet'

/** A minimum or maximum in Parquet's statistics. */
export type Bound = NonNullable<Statistics['min_value']>

/**
 * Whether a bound comes before another in Parquet's order. Texts, as strings or as UTF-8, are ordered by their UTF-8 bytes;
 * JavaScript orders strings by UTF-16 units, which differs for characters beyond U+FFFF.
 */
export function isBefore(a: Bound, b: Bound): boolean {
  if (typeof a === 'string' && typeof b === 'string')
    return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) < 0
  return a < b
}
