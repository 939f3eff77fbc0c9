import type { ValueOptions, ValueSql } from '../values/value-sql.js'
import type { CsvDialect, StartOptions } from './csv-dialect.js'
import type { MatchOptions } from './match-columns.js'
import type { SourceFile } from './source-file.js'

/** How a file is split into fields, and which fields are read. */
export interface LayoutOptions extends MatchOptions, StartOptions {
  /** Separates CSV fields. Default: whichever of , ; tab and | finds most of the table's column names in the first line. */
  delimiter?: string
  /** Encloses CSV fields, and is doubled within them; '' for none. Default `"`, or `'` if more fields start with that. */
  quote?: string
  /** Whether CSV has no header, and its fields are in the order of the table's columns. Default false. */
  noHeader?: boolean
}

/** Options for opening a file. */
export interface OpenOptions extends LayoutOptions, ValueOptions {
  /** Whether each line stands for itself: one that does not fit the table is a bad row, and never an error of the file. Default false. */
  isMessages?: boolean
}

/** An open file, with its columns matched to the table's. */
export interface Source {
  file: SourceFile
  /** Names of the file's columns. */
  names: readonly string[]
  /** For each column of the table, the name of the file's column, or undefined if the file has none. */
  matched: readonly (string | undefined)[]
  /** The dialect of a CSV file. */
  dialect?: CsvDialect
  /** The line of a CSV file's header, from 1. */
  headerLine?: number
  rows: RowSource
  /** Whether its lines are messages, each of which stands for itself. */
  isMessages?: boolean
  /** How to count the lines of a text file. Absent for Parquet, where rows are counted. */
  layout?: RecordLayout
}

/** SQL for DuckDB that reads the rows of a file. */
export interface RowSource {
  /** What follows FROM in a query of the source. */
  from: string
  /** For each column of the table, the raw value and how it is read, or undefined if the file has no such column. */
  values: readonly ({ raw: string; value: ValueSql } | undefined)[]
  /** For each column of the file, its value as a text. */
  texts: readonly string[]
  /** All values of a row as a list of texts, to report bad rows. */
  row: string
  /** The condition under which a row as a whole is bad, and the reason. Default: never. */
  isBad?: { condition: string; reason: string }
  /** The condition under which a row is blank and skipped. Default: never. */
  isBlank?: string
}

/** How a text file is split into records. */
export interface RecordLayout {
  /** The character that encloses fields with delimiters or line ends; '' for none. */
  quote: string
  /** Separates fields. */
  delimiter: string
  /** Number of lines at the start that are not rows. */
  skippedLines: number
  /** Whether blank lines are not rows. */
  skipsBlank: boolean
}
