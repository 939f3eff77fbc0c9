/** What was dropped, or would be. */
export interface DropReport {
  table: string
  /** Whether Trino's catalog had the table; null in an embedded lake, which has no catalog that lasts. */
  isRegistered: boolean | null
  /** Data files, with `data`. */
  files: number
  /** Bytes of the data files. */
  bytes: number
  /** Truth files, with `data`. */
  truths: number
  /** What interrupted changes left, in objects, with `data`. */
  leftovers: number
  isDropped: boolean
  /** Keys below the table's prefix that stay because they are no data files, with `data`. */
  untouched: string[]
}
