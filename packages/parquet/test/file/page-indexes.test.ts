import { defineTable } from '@minilake/schema'
import fc from 'fast-check'
import { type ColumnChunk, parquetMetadata } from 'hyparquet'
import { readColumnIndex, readOffsetIndex } from 'hyparquet/src/indexes.js'
import { ByteWriter } from 'hyparquet-writer'
import { writeIndexes } from 'hyparquet-writer/src/indexes.js'
import { expect, test } from 'vitest'
import { encodeParquet } from '../../src/index.js'
import { PageIndexes } from '../../src/file/page-indexes.js'
import { bytesOf } from '../read-back.js'

const gauge = defineTable({
  name: 'gauge',
  columns: { level: { type: 'double' }, place: { type: 'varchar' }, depth: { type: 'double' } },
})

test('each chunk of several pages has its own indexes where the footer points', () => {
  const rowCount = 130_000
  const columns = {
    level: Float64Array.from({ length: rowCount }, (_, row) => row + 1),
    place: Array.from({ length: rowCount }, (_, row) => `place ${Math.floor(row / 50_000)}`),
    depth: Float64Array.from({ length: rowCount }, (_, row) => (row < 20_000 ? NaN : -row)),
  }
  const bytes = bytesOf(encodeParquet(gauge, [{ rowCount, columns }], { rowGroupRows: 60_000 }))
  const view = (offset: bigint, length: number) => ({
    view: new DataView(bytes.buffer, Number(offset), length),
    offset: 0,
  })
  const metadata = parquetMetadata(bytes.buffer)
  for (const [group, { columns, num_rows }] of metadata.row_groups.entries()) {
    for (const [column, chunk] of columns.entries()) {
      const hasPages = num_rows > 20_000n
      // A page of nothing but NaN has no bounds, so its chunk has no column index.
      const hasColumnIndex = hasPages && !(group === 0 && column === 2)
      expect(chunk.offset_index_offset !== undefined).toBe(hasPages)
      expect(chunk.column_index_offset !== undefined).toBe(hasColumnIndex)
      if (!hasPages) continue
      const { page_locations } = readOffsetIndex(view(chunk.offset_index_offset!, chunk.offset_index_length!))
      expect(page_locations.map(({ first_row_index }) => first_row_index)).toEqual([0n, 20_000n, 40_000n])
      expect(page_locations[0]!.offset).toBe(chunk.meta_data!.data_page_offset)
      if (!hasColumnIndex) continue
      const { schema } = metadata
      const index = readColumnIndex(
        view(chunk.column_index_offset!, chunk.column_index_length!),
        schema[column + 1]!,
      )
      const first = group * 60_000
      const expected = [
        [first + 1, first + 20_001, first + 40_001],
        [0, 20_000, 40_000].map((row) => `place ${Math.floor((first + row) / 50_000)}`),
        [first + 19_999, first + 39_999, first + 59_999].map((row) => -row),
      ][column]
      expect(index.min_values).toEqual(expected)
    }
  }
})

const count = fc.bigInt({ min: 0n, max: 2n ** 31n })
const page = fc.record({
  isNull: fc.boolean(),
  least: fc.uint8Array({ maxLength: 200 }),
  greatest: fc.uint8Array({ maxLength: 200 }),
  nulls: count,
  nans: count,
  // Offsets in files of up to 4 PiB.
  offset: fc.bigInt({ min: 0n, max: 2n ** 52n - 1n }),
  compressed_page_size: fc.nat(2 ** 30 - 1),
  first_row_index: fc.bigInt({ min: 0n, max: 2n ** 52n - 1n }),
})
const writtenChunk = fc
  .record({
    pages: fc.array(page, { minLength: 2, maxLength: 40 }),
    hasColumnIndex: fc.boolean(),
    hasOffsetIndex: fc.boolean(),
    hasNans: fc.boolean(),
    boundary_order: fc.constantFrom('UNORDERED' as const, 'ASCENDING' as const, 'DESCENDING' as const),
  })
  .map(({ pages, hasColumnIndex, hasOffsetIndex, hasNans, boundary_order }) => ({
    ...(hasColumnIndex && {
      columnIndex: {
        null_pages: pages.map(({ isNull }) => isNull),
        min_values: pages.map(({ least }) => least),
        max_values: pages.map(({ greatest }) => greatest),
        boundary_order,
        null_counts: pages.map(({ nulls }) => nulls),
        ...(hasNans && { nan_counts: pages.map(({ nans }) => nans) }),
      },
    }),
    ...(hasOffsetIndex && {
      offsetIndex: {
        page_locations: pages.map(({ offset, compressed_page_size, first_row_index }) => ({
          offset,
          compressed_page_size,
          first_row_index,
        })),
      },
    }),
  }))

const chunk = (): ColumnChunk => ({ file_offset: 4n })

test('writes the bytes of hyparquet-writer, at the same offsets', () => {
  fc.assert(
    fc.property(fc.array(writtenChunk, { maxLength: 5 }), (written) => {
      const chunksOf = () => written.map((indexes) => ({ chunk: chunk(), ...indexes }))
      const [ours, theirs] = [chunksOf(), chunksOf()]
      const [writer, library] = [new ByteWriter(), new ByteWriter()]
      for (const each of [writer, library]) each.appendUint32(7)
      const indexes = new PageIndexes()
      for (const each of ours) indexes.add(each)
      indexes.write(writer)
      writeIndexes(library, theirs)
      expect(Buffer.compare(writer.getBytes(), library.getBytes())).toBe(0)
      expect(ours.map(({ chunk }) => chunk)).toEqual(theirs.map(({ chunk }) => chunk))
    }),
  )
})
