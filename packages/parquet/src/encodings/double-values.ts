import { byteStreamSplit } from './byte-stream-split.js'
import type { PageStatistics } from '../file/write-column-chunk.js'
import { dictionaryPays, mostDifferent } from './dictionary-limits.js'
import { decodeIndexes } from './hybrid-encoding.js'
import { type EncodedRange, type Kernels, PageKernels } from './page-kernels.js'
import type { EncodedValues, ValueEncoder } from '../file/typed-column.js'

/** A page that has ended: where its indexes into the dictionary lie, encoded, or its values themselves. */
interface EndedPage {
  valueCount: number
  indexes: EncodedRange | undefined
  values: Float64Array<ArrayBuffer> | undefined
  statistics: PageStatistics
}

/**
 * Encodes doubles as RLE_DICTIONARY where that saves a quarter and more of the chunk, else as they are: PLAIN, or
 * BYTE_STREAM_SPLIT for a codec to compress. Sensors give decimals of which few differ: a dictionary's indexes then take a
 * quarter of the bytes. All NaN are one value: their bits are not kept.
 */
export function doubleValues({ isCompressed }: { isCompressed: boolean }): ValueEncoder<Float64Array> {
  const page = new PageKernels()
  const { kernels } = page
  /** Values of the page, and of the pages before it. */
  let count = 0
  let countBefore = 0
  /** Whether the dictionary has been given up. */
  let isPlain = false
  let pages: EndedPage[] = []

  const lookUpPage = (): boolean => {
    if (countBefore === 0) kernels.clear(scaleOf(page.doubles().subarray(0, count)) ?? 0)
    const limitAt = (row: number) => Math.min(kernels.mostDifferent.value, mostDifferent(countBefore + row))
    let row = kernels.lookUp(0, count, limitAt(0))
    while (row < count) {
      const limit = limitAt(row)
      if (kernels.differentCount.value >= limit) return false
      row = kernels.lookUp(row, count, limit)
    }
    return true
  }
  const giveUp = () => {
    isPlain = true
    const different = page.different()
    for (const ended of pages) {
      const indexes = decodeIndexes(page.encoded(ended.indexes as EncodedRange), ended.valueCount)
      ended.values = Float64Array.from(indexes, (index) => different[index] as number)
    }
  }

  return {
    add(values) {
      page.doubles().set(values, count)
      count += values.length
    },
    endPage(nullCount) {
      kernels.scan(count)
      if (!isPlain && !lookUpPage()) giveUp()
      const statistics = statisticsOf(kernels, nullCount)
      const [indexes, values] = isPlain
        ? [undefined, page.doubles().slice(0, count)]
        : [page.encode((kernels, at) => kernels.encodeIndexes(count, at)), undefined]
      pages.push({ valueCount: count, indexes, values, statistics })
      countBefore += count
      count = 0
    },
    finish() {
      const different = page.different()
      if (!isPlain && !pays(different.length, countBefore)) giveUp()
      const ended = pages
      const isDictionary = !isPlain && ended.length > 0
      pages = []
      countBefore = 0
      isPlain = false
      page.reuse()
      if (!isDictionary)
        return {
          encoding: isCompressed ? 'BYTE_STREAM_SPLIT' : 'PLAIN',
          pages: plainPages(ended, isCompressed),
        }
      return {
        encoding: 'RLE_DICTIONARY',
        dictionary: {
          valueCount: different.length,
          bytes: new Uint8Array(different.buffer, different.byteOffset, different.byteLength),
        },
        pages: ended.map(({ indexes, statistics }) => ({
          values: page.encoded(indexes as EncodedRange),
          statistics,
        })),
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
  for (const { values, statistics } of pages) {
    const bytes = new Uint8Array((values as Float64Array<ArrayBuffer>).buffer)
    yield { values: isSplit ? byteStreamSplit(bytes, 8) : bytes, statistics }
  }
}

/** By Parquet's rule a least 0 is given as −0 and a greatest −0 as 0, since readers order the two differently. */
function statisticsOf({ least, greatest, nanCount }: Kernels, nullCount: number): PageStatistics {
  const null_count = BigInt(nullCount)
  const nan_count = BigInt(nanCount.value)
  if (!(least.value <= greatest.value)) return { null_count, nan_count }
  return {
    min_value: least.value === 0 ? -0 : least.value,
    max_value: greatest.value === 0 ? 0 : greatest.value,
    null_count,
    nan_count,
  }
}

const sampleValues = 256

/** The power of ten that makes whole numbers of values that are decimals, as sensors give them; undefined for others. */
function scaleOf(values: Float64Array): number | undefined {
  const sample = values.subarray(0, sampleValues)
  return [1, 10, 100, 1000, 10_000, 100_000, 1_000_000].find((scale) =>
    sample.every((value) => {
      if (!Number.isFinite(value)) return true
      const scaled = value * scale
      return Math.abs(scaled) < 2 ** 31 && Math.abs(scaled - Math.round(scaled)) < 1e-4
    }),
  )
}
