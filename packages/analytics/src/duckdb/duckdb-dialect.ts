import { numberLiteral, partitionsOf, quoteLiteral } from '@minilake/schema'
import type { Dialect } from '../dialect.js'

/** The SQL of DuckDB. */
export const duckDbDialect: Dialect = {
  percentile: (value, fraction) => `quantile_cont(${value}, ${numberLiteral(fraction)})`,
  isNumber: (value) => `NOT isnan(${value})`,
  clock: (time, zone) => `((${time} AT TIME ZONE 'UTC') AT TIME ZONE ${quoteLiteral(zone)})`,
  windowStart: (time, millis) => `time_bucket(INTERVAL '${millis / 1000}' SECOND, ${time})`,
  series: (first, last) => `generate_series(${first}, ${last})`,
  partitionColumns: partitionsOf, // a table of files, whatever its format
}
