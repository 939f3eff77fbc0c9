import type { Batch } from '@minilake/schema'

/** About how many bytes a batch takes in memory: its typed arrays, and 24 bytes plus 2 per character for each text. */
export function batchBytes({ columns, nulls }: Batch): number {
  let bytes = 0
  for (const buffer of Object.values(columns))
    bytes += Array.isArray(buffer) ? textBytes(buffer) : buffer.byteLength
  for (const mask of Object.values<Uint8Array>(nulls ?? {})) bytes += mask.byteLength
  return bytes
}

function textBytes(texts: readonly (string | null | undefined)[]): number {
  let characters = 0
  for (let row = 0; row < texts.length; row++) characters += texts[row]?.length ?? 0
  return 24 * texts.length + 2 * characters
}
