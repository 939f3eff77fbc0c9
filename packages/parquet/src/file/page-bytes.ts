/** Page headers hold sizes as signed 32-bit integers. */
const maxPageBytes = 2 ** 31 - 1

/** Throws a RangeError for a page that is too large for its header. */
export function checkPageBytes(column: string, byteLength: number): void {
  if (byteLength <= maxPageBytes) return
  throw new RangeError(
    `column ${column} expected pages of less than 2 GiB, as Parquet allows, got one of ${byteLength} bytes: write fewer rows per row group (rowGroupRows), or shorter texts`,
  )
}
