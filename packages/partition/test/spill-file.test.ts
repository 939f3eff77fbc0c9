import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { spillFile } from '../src/spill-file.js'
import { anyRows, anyTable, batchOf, rowsOf } from './any-rows.js'

const folder = mkdtempSync(join(tmpdir(), 'minilake-spill-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('reads back the written batches, in any order', () => {
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

test('reading a closed file is an Error that names it', () => {
  const file = spillFile(folder)
  const written = file.write([{ rowCount: 1, columns: { value: Int32Array.of(1) } }])
  file.close()
  expect(() => [...written]).toThrow(`spill file ${folder}`)
})

test('creates no file when nothing is written', () => {
  const file = spillFile(join(folder, 'missing'))
  file.close()
  file.close()
})
