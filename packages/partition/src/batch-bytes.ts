import { type Batch } from '@minilake/schema'

/** About how many bytes a batch's columns take in memory: those of its typed arrays, and 24 + 2 per character of a text. */
export function batchBytes({ columns, nulls }: Batch): number {
  let bytes = 0
  for (const buffer of Object.values(columns))
    bytes += Array.isArray(buffer) ? textBytes(buffer) : buffer.byteLength
  for (const mask of Object.values<Uint8Array>(nulls ?? {})) bytes += mask.byteLength
  return bytes
}

function textBytes(texts: readonly (string | null | undefined)[]): number {
  return texts.reduce((bytes, text) => bytes + 24 + 2 * (text?.length ?? 0), 0)
}
