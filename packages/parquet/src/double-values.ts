import { byteStreamSplit } from './byte-stream-split.js'
import { decodeIndexes, dictionaryPays, encodeIndexes, indexCapacity } from './dictionary-indexes.js'
import { doubleDictionary, type PageRange } from './double-dictionary.js'
import { type EncodedValues, pageRows, type ValueEncoder } from './typed-column.js'

/** A page that has ended: where its indexes into the dictionary lie, encoded, or its values themselves. */
interface EndedPage {
  valueCount: number
  start: number
  end: number
  values: Float64Array<ArrayBuffer> | undefined
  statistics: EncodedValues['statistics']
}

/**
 * Encodes doubles as RLE_DICTIONARY where that saves a quarter and more of the chunk, else as they are: PLAIN, or
 * BYTE_STREAM_SPLIT for a codec to compress. Sensors give decimals of which few differ: a dictionary's indexes then take a
 * quarter of the bytes.
 */
export function doubleValues({ isCompressed }: { isCompressed: boolean }): ValueEncoder<Float64Array> {
  const dictionary = doubleDictionary()
  const indexes = new Uint32Array(pageRows)
  const range: PageRange = { least: Infinity, greatest: -Infinity, indexBits: 0 }
  /** The values of the page, once a dictionary does not pay. */
  let plain: Float64Array<ArrayBuffer> | undefined
  let count = 0
  let pages: EndedPage[] = []
  /** The indexes of all pages, one after the other: used again for the next chunk, so that nothing is left to collect. */
  let packed = new Uint8Array(0)
  let packedBytes = 0

  const spellOut = (indexes: Uint32Array, valueCount: number) => {
    const different = dictionary.values()
    const values = new Float64Array(pageRows)
    for (let row = 0; row < valueCount; row++) values[row] = different[indexes[row] as number] as number
    return values
  }
  const spellOutEndedPages = () => {
    for (const page of pages) {
      const { start, valueCount } = page
      page.values = spellOut(decodeIndexes(packed, start, valueCount), valueCount)
    }
  }
  const packIndexes = () => {
    const needed = packedBytes + indexCapacity(count, range.indexBits)
    if (needed > packed.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * packed.length))
      larger.set(packed)
      packed = larger
    }
    packedBytes = encodeIndexes(indexes, count, range.indexBits, packed, packedBytes)
  }
  const appendPlain = (page: Float64Array, values: Float64Array) => {
    page.set(values, count)
    for (const value of values) {
      if (value < range.least) range.least = value
      if (value > range.greatest) range.greatest = value
    }
    count += values.length
  }

  return {
    add(values) {
      const taken = plain ? 0 : dictionary.lookUp(values, range, indexes, count)
      if (!plain) count += taken
      if (taken === values.length) return
      if (!plain) {
        spellOutEndedPages()
        plain = spellOut(indexes, count)
      }
      appendPlain(plain, values.subarray(taken))
    },
    endPage() {
      const start = packedBytes
      if (!plain) packIndexes()
      pages.push({
        valueCount: count,
        start,
        end: packedBytes,
        values: plain,
        statistics: {
          ...boundsOf(range),
          nan_count: BigInt(plain ? countNans(plain, count) : countOf(indexes, count, dictionary.nanIndex())),
        },
      })
      if (plain) plain = new Float64Array(pageRows)
      count = 0
      range.least = Infinity
      range.greatest = -Infinity
      range.indexBits = 0
    },
    finish() {
      const rows = pages.reduce((sum, { valueCount }) => sum + valueCount, 0)
      const different = dictionary.values().slice()
      if (!plain && !pays(different.length, rows)) spellOutEndedPages()
      const ended = pages
      const isPlain = ended.length === 0 || ended.some(({ values }) => values)
      plain = undefined
      pages = []
      packedBytes = 0
      dictionary.clear()
      if (!isPlain) {
        return {
          encoding: 'RLE_DICTIONARY',
          dictionary: { valueCount: different.length, bytes: new Uint8Array(different.buffer) },
          pages: ended.map(({ start, end, statistics }) => ({
            values: packed.subarray(start, end),
            statistics,
          })),
        }
      }
      return {
        encoding: isCompressed ? 'BYTE_STREAM_SPLIT' : 'PLAIN',
        pages: plainPages(ended, isCompressed),
      }
    },
  }
}

function pays(different: number, count: number): boolean {
  return (
    count > 0 &&
    dictionaryPays({ size: different, byteLength: 8 * different }, { count, plainBytes: 8 * count })
  )
}

function* plainPages(pages: readonly EndedPage[], isSplit: boolean): Generator<EncodedValues> {
  for (const { values, valueCount, statistics } of pages) {
    const bytes = new Uint8Array((values as Float64Array<ArrayBuffer>).buffer, 0, 8 * valueCount)
    yield { values: isSplit ? byteStreamSplit(bytes, 8) : bytes, statistics }
  }
}

function countNans(values: Float64Array, count: number): number {
  let nans = 0
  for (let row = 0; row < count; row++) if (Number.isNaN(values[row])) nans += 1
  return nans
}

function countOf(indexes: Uint32Array, count: number, wanted: number | undefined): number {
  let found = 0
  if (wanted !== undefined) for (let row = 0; row < count; row++) if (indexes[row] === wanted) found += 1
  return found
}

/** By Parquet's rule a least 0 is given as −0 and a greatest −0 as 0, since readers order the two differently. */
function boundsOf({ least, greatest }: PageRange): EncodedValues['statistics'] {
  if (!(least <= greatest)) return {}
  return {
    min_value: least === 0 ? -0 : least,
    max_value: greatest === 0 ? 0 : greatest,
  }
}
