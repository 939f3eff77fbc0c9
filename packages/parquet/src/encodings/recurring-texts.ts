import { dictionaryPays, maxDictionaryBytes, maxDictionarySize } from './dictionary-limits.js'
import { encodeIndexes } from './hybrid-encoding.js'
import { type ChunkContent, type Page, pageRows } from './value-encoder.js'

/** PLAIN puts the length of each text before it, in this many bytes. */
const lengthBytes = 4

/** Whether a text is too long for a Map: V8 hashes longer texts by their length alone, and compares all of one length. */
export function isLongText(text: string): boolean {
  return text.length > 16_383
}

/** A dictionary has at most this many long texts, each of which every long text may be compared with. */
const mostLongTexts = 64

/**
 * Encodes the texts of a REQUIRED column as RLE_DICTIONARY; undefined when a dictionary would not save at least a quarter, would be
 * larger than `maxDictionaryBytes` or would have more than 64 long texts.
 */
export function recurringTexts(texts: readonly string[]): ChunkContent | undefined {
  const distinct: string[] = []
  const indexOf = new Map<string, number>()
  const longTexts = new Set<number>()
  const find = (text: string) => {
    if (!isLongText(text)) return indexOf.get(text)
    for (const index of longTexts) if (distinct[index] === text) return index
    return undefined
  }
  let dictionaryBytes = 0
  const indexes = new Uint32Array(texts.length)
  let unitCount = 0
  let [before, index] = ['', -1]
  for (let row = 0; row < texts.length; row++) {
    const text = texts[row] ?? ''
    unitCount += text.length
    if (text !== before || index === -1) {
      index = find(text) ?? distinct.length
      if (index === distinct.length) {
        dictionaryBytes += lengthBytes + Buffer.byteLength(text)
        if (index >= maxDictionarySize(row) || dictionaryBytes > maxDictionaryBytes) return undefined
        if (!isLongText(text)) indexOf.set(text, index)
        else if (longTexts.add(index).size > mostLongTexts) return undefined
        distinct.push(text)
      }
      before = text
    }
    indexes[row] = index
  }
  const utf8 = new TextEncoder()
  const values = distinct.map((text) => utf8.encode(text))
  const plainBytes = unitCount + lengthBytes * texts.length
  const dictionary = { size: values.length, byteLength: dictionaryBytes }
  if (!dictionaryPays(dictionary, { count: texts.length, plainBytes })) return undefined
  return {
    encoding: 'RLE_DICTIONARY',
    dictionary: { valueCount: values.length, bytes: plainTexts(values, dictionaryBytes) },
    pages: pagesOf(indexes, values),
  }
}

function plainTexts(values: readonly Uint8Array[], byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const value of values) {
    view.setUint32(at, value.length, true)
    bytes.set(value, at + lengthBytes)
    at += lengthBytes + value.length
  }
  return bytes
}

function* pagesOf(indexes: Uint32Array, values: readonly Uint8Array[]): Generator<Page> {
  for (let start = 0; start < indexes.length; start += pageRows) {
    const page = indexes.subarray(start, start + pageRows)
    yield {
      rowCount: page.length,
      levels: new Uint8Array(),
      values: encodeIndexes(page),
      statistics: { ...boundsOf(page, values), null_count: 0n },
    }
  }
}

/** The least and the greatest text of a page by their UTF-8 bytes, which is Parquet's order. */
function boundsOf(
  indexes: Uint32Array,
  values: readonly Uint8Array[],
): { min_value: Uint8Array; max_value: Uint8Array } {
  const isOnPage = new Uint8Array(values.length)
  for (const index of indexes) isOnPage[index] = 1
  const onPage = values.filter((_, index) => isOnPage[index] === 1)
  return {
    min_value: onPage.reduce((least, value) => (Buffer.compare(value, least) < 0 ? value : least)),
    max_value: onPage.reduce((greatest, value) => (Buffer.compare(value, greatest) > 0 ? value : greatest)),
  }
}
