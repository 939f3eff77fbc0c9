import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { spillFile } from '../src/spill-file.js'
import { anyRows, anyTable, batchOf, rowsOf } from './any-rows.js'

const folder = mkdtempSync(join(tmpdir(), 'minilake-spill-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('batches read back are those that were written, in any order', () => {
  fc.assert(
    fc.property(
      anyTable.chain((table) => fc.tuple(fc.constant(table), anyRows(table), anyRows(table))),
      ([table, rows, moreRows]) => {
        const file = spillFile(folder)
        try {
          const written = file.write([batchOf(table, rows), batchOf(table, moreRows)])
          const later = file.write([batchOf(table, moreRows)])
          const read = (batches: typeof written) => [...batches].map((batch) => rowsOf(table, batch))
          expect(read(later)).toEqual([moreRows])
          expect(read(written)).toEqual([rows, moreRows])
        } finally {
          file.close()
        }
      },
    ),
  )
  expect(readdirSync(folder)).toEqual([])
})

test('a file that cannot be read is an Error that names it, with its cause', () => {
  const file = spillFile(folder)
  const written = file.write([{ rowCount: 1, columns: { value: Int32Array.of(1) } }])
  file.close()
  expect(() => [...written]).toThrow(`spill file ${folder}`)
})

test('nothing written, nothing made: closing is all there is to it', () => {
  const file = spillFile(join(folder, 'missing'))
  file.close()
  file.close()
})
