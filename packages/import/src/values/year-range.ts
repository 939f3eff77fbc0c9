/** The years of times that are not taken for misread. */
export interface YearRange {
  /** The first time in these years, in microseconds since 1970-01-01 UTC. */
  readonly first: string
  /** The last time in these years, in microseconds since 1970-01-01 UTC. */
  readonly last: string
  /** The years for messages: `1990 to 2100`. */
  readonly text: string
}

/** The first and the last time that tables hold, in microseconds: the years 0001 to 9999. */
export const microsRange = { first: '-62135596800000000', last: '253402300799999999' } as const

/** The first and the last year that tables hold. */
const [firstYear, lastYear] = [1, 9999] as const

/** The range of two years, both included. Throws a RangeError for years that tables cannot hold. */
export function yearRange([first, last]: readonly [number, number]): YearRange {
  const isYear = (year: number) => Number.isInteger(year) && year >= firstYear && year <= lastYear
  if (!isYear(first) || !isYear(last) || first > last) {
    throw new RangeError(
      `\`years\` expected a first and a last year from ${firstYear} to ${lastYear}, such as 1990 and 2100, got ${first} and ${last}`,
    )
  }
  return {
    first: String(startOfYear(first)),
    last: String(startOfYear(last + 1) - 1n),
    text: `${first} to ${last}`,
  }
}

/** The start of a year, in microseconds since 1970-01-01 UTC. */
export function startOfYear(year: number): bigint {
  return BigInt(new Date(0).setUTCFullYear(year, 0, 1)) * 1000n
}
