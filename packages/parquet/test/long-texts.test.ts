import { defineTable } from '@minilake/schema'
import { parquetMetadata } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { type Codec, encodeParquet } from '../src/index.js'
import { bytesOf, readWithHyparquet } from './read-back.js'

const notes = defineTable({ name: 'notes', columns: { note: { type: 'varchar' } } })
const maybeNotes = defineTable({ name: 'notes', columns: { note: { type: 'varchar', nullable: true } } })

/** The bytes of a file of texts, and what its footer says of its only column chunk. */
function encoded(table: typeof notes | typeof maybeNotes, texts: string[]) {
  const bytes = bytesOf(encodeParquet(table, [{ rowCount: texts.length, columns: { note: texts } }]))
  const metadata = parquetMetadata(bytes.buffer).row_groups[0]!.columns[0]!.meta_data!
  const dataPages = metadata.encoding_stats!.find(({ page_type }) => page_type === 'DATA_PAGE_V2')!.count
  return { bytes, metadata, dataPages }
}

describe.each([
  ['REQUIRED', notes],
  ['OPTIONAL', maybeNotes],
] as const)('in %s columns', (_, table) => {
  test('texts whose dictionary would be larger than 16 MiB are on pages of about 1 MiB', async () => {
    const text = (row: number) => `${row % 10_000}`.padEnd(2_000, '.')
    const texts = Array.from({ length: 30_000 }, (_, row) => text(row))
    const { bytes, metadata, dataPages } = encoded(table, texts)
    expect(metadata.encodings).toEqual(['PLAIN'])
    expect(metadata.dictionary_page_offset).toBeUndefined()
    expect(dataPages).toBe(Math.ceil(30_000 / Math.floor(2 ** 20 / 2_000)))
    expect((await readWithHyparquet(bytes)).flat()).toEqual(texts)
  })

  test('texts whose dictionary is smaller have one', () => {
    const texts = Array.from({ length: 30_000 }, (_, row) => `${row % 700}`.padEnd(2_000, '.'))
    const { bytes, metadata } = encoded(table, texts)
    expect(metadata.encodings).toEqual(['PLAIN', 'RLE_DICTIONARY'])
    expect(bytes.length).toBeLessThan(2 ** 24)
  })
})

// V8 hashes texts of more than 16,383 characters by their length alone: in a Map, each is compared with all others of its length.
test('long texts that recur have a dictionary in REQUIRED columns, up to 64 of them', async () => {
  const texts = (distinct: number) =>
    Array.from({ length: 4 * distinct }, (_, row) => `${row % distinct}`.padEnd(16_384, '\u00e9'))
  const { bytes, metadata } = encoded(notes, texts(64))
  expect(metadata.encodings).toEqual(['PLAIN', 'RLE_DICTIONARY'])
  expect((await readWithHyparquet(bytes)).flat()).toEqual(texts(64))
  expect(encoded(notes, texts(65)).metadata.encodings).toEqual(['PLAIN'])
  expect(encoded(maybeNotes, texts(3)).metadata.encodings).toEqual(['PLAIN'])
})

test.each([
  [notes, ['a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a']],
  [notes, ['a']],
  [maybeNotes, ['a']],
] as const)('refuses a page of 2 GiB', (table, texts) => {
  const codec: Codec = { name: 'ZSTD', compress: () => new Uint8Array(2 ** 31) }
  const batch = { rowCount: texts.length, columns: { note: [...texts] } }
  expect(() => bytesOf(encodeParquet(table, [batch], { codec }))).toThrow(
    new RangeError(
      'column note expected pages of less than 2 GiB, as Parquet allows, got one of 2147483648 bytes: write fewer rows per row group (rowGroupRows), or shorter texts',
    ),
  )
})

test.each([notes, maybeNotes])('refuses half a surrogate pair and names its row', (table) => {
  const batch = { rowCount: 2, columns: { note: ['a', 'b\ud83d'] } }
  expect(() => bytesOf(encodeParquet(table, [batch]))).toThrow(
    /^batch of table notes: column note expected Unicode text, got half a surrogate pair in row 1: /,
  )
})
