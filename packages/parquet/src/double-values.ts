import { byteStreamSplit } from './byte-stream-split.js'
import { encodeIndexes, indexBytes } from './dictionary-indexes.js'
import { doubleDictionary } from './double-dictionary.js'
import type { EncodedValues, ValueEncoder } from './typed-column.js'

interface PageEnd {
  /** Values of the chunk up to the page's end. */
  end: number
  statistics: EncodedValues['statistics']
}

/**
 * Encodes doubles as RLE_DICTIONARY where that saves a quarter and more of the chunk, else as they are: PLAIN, or
 * BYTE_STREAM_SPLIT for a codec to compress. Sensors give decimals of which few differ: a dictionary's indexes then take a
 * quarter of the bytes.
 */
export function doubleValues({ isCompressed }: { isCompressed: boolean }): ValueEncoder<Float64Array> {
  const dictionary = doubleDictionary()
  const bounds = Float64Array.of(Infinity, -Infinity)
  let indexes = new Uint32Array(1024)
  /** The values themselves, once a dictionary does not pay. */
  let plain: Float64Array<ArrayBuffer> | undefined
  let count = 0
  let pages: PageEnd[] = []

  const look = (values: Float64Array) => {
    if (count + values.length > indexes.length) {
      const larger = new Uint32Array(Math.max(count + values.length, 2 * indexes.length))
      larger.set(indexes)
      indexes = larger
    }
    const taken = dictionary.lookUp(values, bounds, indexes, count)
    count += taken
    return taken
  }
  const spellOut = () => {
    const values = new Float64Array(2 * count)
    const different = dictionary.values()
    for (let row = 0; row < count; row++) values[row] = different[indexes[row] as number] as number
    return values
  }
  const append = (all: Float64Array<ArrayBuffer>, values: Float64Array) => {
    let room = all
    if (count + values.length > all.length) {
      room = new Float64Array(Math.max(count + values.length, 2 * all.length))
      room.set(all)
    }
    room.set(values, count)
    count += values.length
    for (const value of values) {
      if (value < (bounds[0] as number)) bounds[0] = value
      if (value > (bounds[1] as number)) bounds[1] = value
    }
    return room
  }
  const nansFrom = (start: number) => {
    let nans = 0
    if (plain) for (let row = start; row < count; row++) nans += Number.isNaN(plain[row]) ? 1 : 0
    const nan = plain ? undefined : dictionary.nanIndex()
    if (nan !== undefined) for (let row = start; row < count; row++) nans += indexes[row] === nan ? 1 : 0
    return nans
  }

  return {
    add(values) {
      const taken = plain ? 0 : look(values)
      if (taken === values.length) return
      plain = append(plain ?? spellOut(), values.subarray(taken))
    },
    endPage() {
      const nan_count = BigInt(nansFrom(pages.at(-1)?.end ?? 0))
      pages.push({ end: count, statistics: { ...boundsOf(bounds), nan_count } })
      bounds[0] = Infinity
      bounds[1] = -Infinity
    },
    finish() {
      const [rows, ends] = [count, pages]
      const different = dictionary.values().slice()
      const spelt = plain ?? (pays(different.length, rows) ? undefined : spellOut())
      plain = undefined
      count = 0
      pages = []
      dictionary.clear()
      if (spelt === undefined) {
        return {
          encoding: 'RLE_DICTIONARY',
          dictionary: { valueCount: different.length, bytes: new Uint8Array(different.buffer) },
          pages: pagesOf(ends, (start, end) => encodeIndexes(indexes, start, end)),
        }
      }
      const bytesOf = (start: number, end: number) =>
        new Uint8Array(spelt.buffer, 8 * start, 8 * (end - start))
      return isCompressed
        ? {
            encoding: 'BYTE_STREAM_SPLIT',
            pages: pagesOf(ends, (start, end) => byteStreamSplit(bytesOf(start, end), 8)),
          }
        : { encoding: 'PLAIN', pages: pagesOf(ends, bytesOf) }
    },
  }
}

function pays(different: number, count: number): boolean {
  return count > 0 && 8 * different + indexBytes(different, count) <= 0.75 * 8 * count
}

function* pagesOf(
  ends: readonly PageEnd[],
  encode: (start: number, end: number) => Uint8Array,
): Generator<EncodedValues> {
  let start = 0
  for (const { end, statistics } of ends) {
    yield { values: encode(start, end), statistics }
    start = end
  }
}

/** By Parquet's rule a least 0 is given as −0 and a greatest −0 as 0, since readers order the two differently. */
function boundsOf([least, greatest]: Float64Array): EncodedValues['statistics'] {
  if (!((least as number) <= (greatest as number))) return {}
  return {
    min_value: least === 0 ? -0 : (least as number),
    max_value: greatest === 0 ? 0 : (greatest as number),
  }
}
