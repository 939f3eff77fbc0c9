import { readFileSync } from 'node:fs'
import { quoteIdentifier, quoteLiteral } from '@minilake/schema'

const { startSeconds, wavePeriodSeconds, columns } = JSON.parse(
  readFileSync(new URL('./readings.json', import.meta.url), 'utf8'),
)

/** Readings from the first on, one a second, as numpy makes them in readings.py; `isTuned` uses `floor`, which is faster than `round`. */
export function generatedReadings({ first, rows, isTuned }) {
  const readings = Object.entries(columns).map(([name, { middle, amplitude, noise, stepsPerUnit }]) => {
    const value = `${middle}e0 + ${amplitude}e0 * wave + ${noise}e0 * random()`
    const rounded = isTuned
      ? `floor((${value}) * ${stepsPerUnit}e0 + 0.5e0) / ${stepsPerUnit}e0`
      : `round(${value}, ${Math.log10(stepsPerUnit)})`
    return `${rounded} AS ${quoteIdentifier(name)}`
  })
  return `SELECT make_timestamp((${startSeconds} + i) * 1000000) AS event_timestamp, ${readings.join(', ')}
    FROM (SELECT i, sin(i * ${(2 * Math.PI) / wavePeriodSeconds}e0) AS wave FROM range(${first}, ${first + rows}) numbers(i))`
}

/** The readings of a Parquet file as a table in memory, `readings`. */
export function tableOfFile(path) {
  return `CREATE TABLE readings AS FROM read_parquet(${quoteLiteral(path)})`
}

/** A query's rows to one Parquet file. */
export function copyToFile(query, { path, ...layout }) {
  return `COPY (${query}) TO ${quoteLiteral(path)} (${optionsOf(layout)})`
}

/** A query's rows to a folder of Parquet files, one a day. */
export function copyToDays(query, { path, ...layout }) {
  const days = `SELECT *, CAST(event_timestamp AS DATE) AS day FROM (${query})`
  return `COPY (${days}) TO ${quoteLiteral(path)} (${optionsOf(layout)}, PARTITION_BY (day))`
}

/**
 * What DuckDB's documentation leads to: v2 for its delta encoding, all else by default, row groups of 122,880 rows too. Tuned, what is
 * fastest and smallest: row groups as large as all others' here, no Bloom filters (ours has none), and a dictionary limit just above
 * the distinct values of a row group, since DuckDB allots the dictionary for the limit (a third faster than by default).
 */
function optionsOf({ codec, rowGroupRows, isTuned }) {
  const usual = `FORMAT parquet, CODEC ${codec}, PARQUET_VERSION v2`
  if (!isTuned) return usual
  return `${usual}, ROW_GROUP_SIZE ${rowGroupRows}, DICTIONARY_SIZE_LIMIT 30000, WRITE_BLOOM_FILTER false`
}
