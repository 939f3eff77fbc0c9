import type { Statistics } from 'hyparquet'

/** The different texts of a column chunk as UTF-8, in the order in which they come first, and for each row which it is. */
export interface TextDictionary {
  readonly values: Uint8Array[]
  readonly indexes: Uint32Array
  readonly statistics: Statistics
}

/** Bytes that PLAIN puts before each text: its length. */
const lengthBytes = 4

/**
 * The dictionary of a chunk's texts and their bounds; undefined where it and its indexes would not halve the chunk, by the
 * rules of hyparquet-writer, which counts a text's UTF-16 units for its bytes and looks at a sample of 1,000 texts first.
 */
export function textDictionary(texts: readonly string[]): TextDictionary | undefined {
  if (!sampleRecurs(texts)) return undefined
  const indexOf = new Map<string, number>()
  const indexes = new Uint32Array(texts.length)
  let differentBytes = 0
  let plainBytes = 0
  for (let row = 0; row < texts.length; row++) {
    const text = texts[row] as string
    let index = indexOf.get(text)
    if (index === undefined) {
      index = indexOf.size
      indexOf.set(text, index)
      differentBytes += text.length + lengthBytes
    }
    plainBytes += text.length + lengthBytes
    indexes[row] = index
  }
  const indexBytes = Math.ceil((texts.length * Math.ceil(Math.log2(indexOf.size))) / 8)
  if (2 * (differentBytes + indexBytes) > plainBytes) return undefined
  const utf8 = new TextEncoder()
  const different = [...indexOf.keys()]
  const values = different.map((text) => utf8.encode(text))
  return { values, indexes, statistics: boundsOf(different, values) }
}

const sampleRows = 1000

function sampleRecurs(texts: readonly string[]): boolean {
  const rows = Math.min(texts.length, sampleRows)
  const sample = new Set<string>()
  let [differentBytes, bytes] = [0, 0]
  for (let at = 0; at < rows; at++) {
    const text = texts[rows === 1 ? 0 : Math.floor((at * (texts.length - 1)) / (rows - 1))] as string
    bytes += text.length + lengthBytes
    if (sample.has(text)) continue
    sample.add(text)
    differentBytes += text.length + lengthBytes
  }
  return rows > 0 && differentBytes / bytes <= 0.9
}

/** Least and greatest text by the bytes of UTF-8, as Parquet orders them. */
function boundsOf(texts: readonly string[], values: readonly Uint8Array[]): Statistics {
  let [least, greatest] = [0, 0]
  for (let index = 1; index < values.length; index++) {
    const value = values[index] as Uint8Array
    if (Buffer.compare(value, values[least] as Uint8Array) < 0) least = index
    if (Buffer.compare(value, values[greatest] as Uint8Array) > 0) greatest = index
  }
  return { min_value: texts[least] as string, max_value: texts[greatest] as string, null_count: 0n }
}
