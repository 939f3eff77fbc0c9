import { createHash } from 'node:crypto'

const digits = 16

/** The first digits of the SHA-256 of a data file's key: what the batches of the key begin with. */
export function keyDigits(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, digits)
}

/** The batch of a data file's rows in an Iceberg table: it comes from the file's key, the identity of its rows and, if there is one, its import. */
export function batchOf(key: string, rowsSha256: string, importId?: string): string {
  const parts = [keyDigits(key), rowsSha256.slice(0, digits), ...(importId === undefined ? [] : [importId])]
  return parts.join('-')
}

/** The `keyDigits` of the file that a batch is of. */
export function digitsOf(batch: string): string {
  return batch.slice(0, digits)
}

/** The import that a batch is of; undefined if it is of none. */
export function importOf(batch: string): string | undefined {
  return batch.split('-')[2]
}

/** How long the part of a batch is that its key and its rows decide, whatever import it is of. */
export const rowsDigits = 2 * digits + 1

/** Whether two batches are of the same key and the same rows, whatever imports they are of. */
export function isSameBatch(one: string, other: string): boolean {
  return one.slice(0, rowsDigits) === other.slice(0, rowsDigits)
}
