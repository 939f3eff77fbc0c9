import { columnsOf, globText, quoteLiteral, type Table } from '@minilake/schema'
import { withMissing } from '../values/missing-value.js'
import { textValue } from '../values/text-value.js'
import type { ValueOptions } from '../values/value-sql.js'
import type { RowSource } from './source.js'

/** The options with which DuckDB stores lines that it cannot split into fields in its table `reject_errors`. */
export const storeRejects = 'store_rejects = true, rejects_limit = 0'

/** For each column of the table, how its text is read from the file's column number n, which SQL calls `cn`. */
export function textValues(
  table: Table,
  matched: readonly (number | undefined)[],
  options: ValueOptions,
): RowSource['values'] {
  return columnsOf(table).map(([, { type }], at) => {
    const index = matched[at]
    return index === undefined
      ? undefined
      : { raw: `c${index}`, value: withMissing(textValue[type](options), type, { ...options, isText: true }) }
  })
}

/** A file's path as an SQL literal for DuckDB's readers. */
export function globPath(path: string): string {
  return quoteLiteral(globText(path.replaceAll('\\', '/')))
}
