import type { Batch } from '@minilake/schema'
import type { ColumnBuffer } from './column-buffer.js'
import { hasLongText } from './long-texts.js'

/** A column of texts in which each distinct text is stored once. */
interface PackedTexts {
  readonly texts: readonly string[]
  /** For every row, the index of its text. */
  readonly places: Uint16Array
}

/** A batch whose columns of recurring texts are packed. */
export interface PackedBatch {
  readonly rowCount: number
  readonly columns: Readonly<Record<string, ColumnBuffer | PackedTexts>>
  readonly nulls?: Readonly<Record<string, Uint8Array>>
}

/** Packs columns of recurring texts, which would take most of the time if they were written and read one by one. */
export function packTexts({ columns, ...batch }: Batch): PackedBatch {
  return {
    ...batch,
    columns: mapValues<ColumnBuffer, ColumnBuffer | PackedTexts>(columns, (buffer) =>
      Array.isArray(buffer) ? pack(buffer) : buffer,
    ),
  }
}

/** Unpacks the texts of a batch again. Rows with the same text share one string. */
export function unpackTexts({ columns, ...batch }: PackedBatch): Batch {
  return { ...batch, columns: mapValues(columns, (buffer) => ('places' in buffer ? unpack(buffer) : buffer)) }
}

function mapValues<Value, Mapped>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value) => Mapped,
): Record<string, Mapped> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]))
}

/** As many texts as `places` can tell apart. */
const maxTexts = 2 ** 16

/** Packs texts; returns them as they are when half of them or more are distinct, or when one is too long for a Map. */
function pack(texts: string[]): PackedTexts | string[] {
  if (hasLongText(texts)) return texts
  const placeOf = new Map<string, number>()
  const places = new Uint16Array(texts.length)
  const limit = Math.min(texts.length / 2, maxTexts)
  for (let row = 0; row < texts.length; row++) {
    const text = texts[row] ?? ''
    let place = placeOf.get(text)
    if (place === undefined) {
      if (placeOf.size >= limit) return texts
      place = placeOf.size
      placeOf.set(text, place)
    }
    places[row] = place
  }
  return { texts: [...placeOf.keys()], places }
}

function unpack({ texts, places }: PackedTexts): string[] {
  const unpacked = new Array<string>(places.length)
  for (let row = 0; row < places.length; row++) unpacked[row] = texts[places[row] ?? 0] ?? ''
  return unpacked
}
