import type { Batch } from '@minilake/schema'

type Buffer = Batch['columns'][string]

/** Texts of which each different one stands once. */
interface PackedTexts {
  readonly texts: readonly string[]
  /** For every row, which of the texts. */
  readonly places: Uint16Array
}

/** A batch whose columns of recurring texts are packed. */
export interface PackedBatch {
  readonly rowCount: number
  readonly columns: Readonly<Record<string, Buffer | PackedTexts>>
  readonly nulls?: Readonly<Record<string, Uint8Array>>
}

/** Packs columns of texts that recur: written and read one by one, they would take most of the time. */
export function packTexts({ columns, ...batch }: Batch): PackedBatch {
  const packed = Object.entries(columns).map(([name, buffer]) => [
    name,
    Array.isArray(buffer) ? pack(buffer) : buffer,
  ])
  return { ...batch, columns: Object.fromEntries(packed) as PackedBatch['columns'] }
}

/** A batch with the texts of each row; those of the same content are the same. */
export function unpackTexts({ columns, ...batch }: PackedBatch): Batch {
  const unpacked = Object.entries(columns).map(([name, buffer]) => [
    name,
    'places' in buffer ? unpack(buffer) : buffer,
  ])
  return { ...batch, columns: Object.fromEntries(unpacked) as Batch['columns'] }
}

const mostTexts = 2 ** 16

/** The texts packed, or as they are where half of them or more differ. */
function pack(texts: string[]): PackedTexts | string[] {
  const placeOf = new Map<string, number>()
  const places = new Uint16Array(texts.length)
  const most = Math.min(texts.length / 2, mostTexts)
  for (let row = 0; row < texts.length; row++) {
    const text = texts[row] as string
    let place = placeOf.get(text)
    if (place === undefined) {
      if (placeOf.size >= most) return texts
      place = placeOf.size
      placeOf.set(text, place)
    }
    places[row] = place
  }
  return { texts: [...placeOf.keys()], places }
}

function unpack({ texts, places }: PackedTexts): string[] {
  const unpacked = new Array<string>(places.length)
  for (let row = 0; row < places.length; row++) unpacked[row] = texts[places[row] as number] as string
  return unpacked
}
