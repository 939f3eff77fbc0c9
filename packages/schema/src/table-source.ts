import { checkOptions } from './check-options.js'
import type { Column } from './column.js'

/** How the files are written that are imported into a table, so that an import needs no options. Its own options win over these. */
export interface TableSource {
  /** Columns of the table by columns of the files: `{ ts: 'event_timestamp' }`. Default: the same names. */
  readonly map?: Readonly<Record<string, string>>
  /** Whether to ignore columns of the files that the table lacks. Default false. */
  readonly ignoreExtra?: boolean
  /** `iso`, `epoch-s`, `epoch-ms`, `epoch-us`, `epoch-ns`, or a pattern such as `%d.%m.%Y %H:%M:%S`. Default `iso`. */
  readonly timeFormat?: string
  /** Zone of times that state none: `UTC`, `+02:00`, `Europe/Berlin`. Default: none, and every time must state its zone. */
  readonly zone?: string
  /** The first and the last year of times. Default 1990 and 2100. */
  readonly years?: readonly [first: number, last: number]
  /** Whether times finer than a millisecond are bad. Default false: they are rounded down. */
  readonly strictTime?: boolean
  /** Default: by name, else by content. */
  readonly format?: 'csv' | 'ndjson' | 'parquet'
  /** Encoding of text. Default: by content. */
  readonly encoding?: string
  /** Separates fields of CSV. Default: by the header. */
  readonly delimiter?: string
  /** Encloses fields of CSV; '' for none. Default: by content. */
  readonly quote?: string
  /** Whether CSV has no header, and fields are in the order of the table's columns. Default false. */
  readonly noHeader?: boolean
  /** Lines before the header of CSV. Default: it is looked for. */
  readonly skipLines?: number
  /** Lines between the header of CSV and its first row, such as units. Default 0. */
  readonly skipAfterHeader?: number
  /** Character with which lines of CSV start that are no rows. Default: none. */
  readonly comment?: string
  /** Texts that mean no value. Default: only empty ones. */
  readonly nullText?: string | readonly string[]
  /** Decimal separator of numbers in texts, `.` or `,`. Default `.`. */
  readonly decimal?: string
  /** Separator of thousands in texts. Default: none. */
  readonly thousands?: string
}

const sourceOptions = Object.keys({
  map: true,
  ignoreExtra: true,
  timeFormat: true,
  zone: true,
  years: true,
  strictTime: true,
  format: true,
  encoding: true,
  delimiter: true,
  quote: true,
  noHeader: true,
  skipLines: true,
  skipAfterHeader: true,
  comment: true,
  nullText: true,
  decimal: true,
  thousands: true,
} satisfies Record<keyof TableSource, true>)

/** Throws a TypeError for unknown options, and for a `map` to a column that the table lacks. The values are checked by the import. */
export function checkSource(
  subject: string,
  source: TableSource,
  columns: Readonly<Record<string, Column>>,
): void {
  checkOptions(`${subject}: source`, source, sourceOptions)
  for (const [name, column] of Object.entries(source.map ?? {})) {
    if (!Object.hasOwn(columns, column)) {
      throw new TypeError(
        `${subject}: map of ${name} in source expected a column (${Object.keys(columns).join(', ')}), got ${column}`,
      )
    }
  }
}
