import { byteStreamSplit } from './byte-stream-split.js'
import { dictionaryPays, maxDictionarySize } from './dictionary-limits.js'
import { decodeIndexes } from './hybrid-encoding.js'
import { returnKernels, takeKernels } from './kernel-pool.js'
import type { EncodedRange, Kernels } from './page-kernels.js'
import type { EncodedValues, PageStatistics, ValueEncoder } from './value-encoder.js'

/** A page encoded as indexes into the dictionary. */
interface IndexPage {
  valueCount: number
  indexes: EncodedRange
  statistics: PageStatistics
}

/** A page whose values are kept as they are, because the dictionary was given up. */
interface PlainPage {
  values: Float64Array<ArrayBuffer>
  statistics: PageStatistics
}

/**
 * Encodes doubles as RLE_DICTIONARY when that saves at least a quarter of the chunk. Otherwise it uses PLAIN, or BYTE_STREAM_SPLIT when a
 * codec will compress the values. Sensors report decimals with few distinct values: a dictionary's indexes then take a quarter of the
 * bytes. All NaN are one value: their bits are not kept. `onPage` gets the bytes of each page's values.
 */
export function doubleValues({
  isCompressed,
  onPage = () => {},
}: {
  isCompressed: boolean
  onPage?: (bytes: Uint8Array) => void
}): ValueEncoder<Float64Array> {
  const page = takeKernels()
  const { kernels } = page
  /** Values of the current page, and of the pages before it. */
  let count = 0
  let countBefore = 0
  let isDictionaryGivenUp = false
  let indexPages: IndexPage[] = []
  let plainPages: PlainPage[] = []

  const lookUpPage = (): boolean => {
    if (countBefore === 0) kernels.clear(scaleOf(page.doubles().subarray(0, count)) ?? 0)
    const limitAt = (row: number) =>
      Math.min(kernels.mostDifferent.value, maxDictionarySize(countBefore + row))
    let row = kernels.lookUp(0, count, limitAt(0))
    while (row < count) {
      const limit = limitAt(row)
      if (kernels.differentCount.value >= limit) return false
      row = kernels.lookUp(row, count, limit)
    }
    return true
  }
  const giveUpDictionary = () => {
    isDictionaryGivenUp = true
    const dictionary = page.dictionary()
    plainPages = indexPages.map(({ indexes, valueCount, statistics }) => ({
      values: Float64Array.from(
        decodeIndexes(page.encoded(indexes), valueCount),
        (index) => dictionary[index] ?? NaN,
      ),
      statistics,
    }))
    indexPages = []
  }

  return {
    add(values) {
      page.doubles().set(values, count)
      count += values.length
    },
    endPage(nullCount) {
      kernels.scan(count)
      onPage(page.valueBytes(count))
      if (!isDictionaryGivenUp && !lookUpPage()) giveUpDictionary()
      const statistics = statisticsOf(kernels, nullCount)
      if (isDictionaryGivenUp) plainPages.push({ values: page.doubles().slice(0, count), statistics })
      else {
        const indexes = page.encode((kernels, at) => kernels.encodeIndexes(count, at))
        indexPages.push({ valueCount: count, indexes, statistics })
      }
      countBefore += count
      count = 0
    },
    finish() {
      const dictionary = page.dictionary()
      if (!isDictionaryGivenUp && !pays(dictionary.length, countBefore)) giveUpDictionary()
      const finished = { indexPages, plainPages }
      indexPages = []
      plainPages = []
      countBefore = 0
      isDictionaryGivenUp = false
      page.reuse()
      if (finished.indexPages.length === 0)
        return {
          encoding: isCompressed ? 'BYTE_STREAM_SPLIT' : 'PLAIN',
          pages: encodePlain(finished.plainPages, isCompressed),
        }
      return {
        encoding: 'RLE_DICTIONARY',
        dictionary: {
          valueCount: dictionary.length,
          bytes: new Uint8Array(dictionary.buffer, dictionary.byteOffset, dictionary.byteLength),
        },
        pages: finished.indexPages.map(({ indexes, statistics }) => ({
          values: page.encoded(indexes),
          statistics,
        })),
      }
    },
    close: () => returnKernels(page),
  }
}

function pays(dictionarySize: number, count: number): boolean {
  return (
    count > 0 &&
    dictionaryPays({ size: dictionarySize, byteLength: 8 * dictionarySize }, { count, plainBytes: 8 * count })
  )
}

function* encodePlain(pages: readonly PlainPage[], isSplit: boolean): Generator<EncodedValues> {
  for (const { values, statistics } of pages) {
    const bytes = new Uint8Array(values.buffer)
    yield { values: isSplit ? byteStreamSplit(bytes, 8) : bytes, statistics }
  }
}

/** Bounds leave NaN out. Parquet's rule: a minimum of 0 is written as −0 and a maximum of −0 as 0, because readers order the two differently. */
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

/** The power of ten that turns decimals, as sensors report them, into whole numbers; undefined for other values. */
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
