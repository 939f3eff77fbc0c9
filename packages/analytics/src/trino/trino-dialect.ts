import { numberLiteral, partitionsOf, quoteLiteral } from '@minilake/schema'
import type { Dialect } from '../dialect.js'

/** The SQL of Trino. */
export const trinoDialect: Dialect = {
  percentile: (value, fraction) => `approx_percentile(${value}, ${numberLiteral(fraction)})`,
  isNumber: (value) => `NOT is_nan(${value})`,
  clock: (time, zone) =>
    `CAST(with_timezone(${time}, 'UTC') AT TIME ZONE ${quoteLiteral(zone)} AS TIMESTAMP(3))`,
  windowStart: (time, millis) =>
    `date_add('millisecond', -(date_diff('millisecond', date_trunc('day', ${time}), ${time}) % ${millis}), ${time})`,
  series: (first, last) => `sequence(${first}, ${last})`,
  partitionColumns: (table) => (table.format === 'iceberg' ? [] : partitionsOf(table)),
}
