import { createHash } from 'node:crypto'
import { type Batch, columnsOf, type ColumnType, defineTable, type Table } from '@minilake/schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type EncodedFile,
  encodeParquet,
  type EncodeOptions,
  readFooter,
  rowsIdentity,
} from '../../src/index.js'
import { snappy } from '../../src/snappy.js'
import { anyRows, batchOf, everyType, type StoredValue } from '../every-type.js'
import { bytesOf } from '../read-back.js'

/** The digest that a file is encoded with, which is also the one in its footer. */
async function digestOf(table: Table, batches: Batch[], options: EncodeOptions = {}): Promise<string> {
  let file: EncodedFile | undefined
  const chunks = function* () {
    file = yield* encodeParquet(table, batches, options)
  }
  const bytes = bytesOf(chunks())
  const { rowsSha256, rowCount } = await readFooter(bytes)
  expect(file).toEqual({ rows: rowCount, rowsSha256 })
  const identity = rowsIdentity(table)
  for (const batch of batches) identity.add(batch)
  expect(identity.finish()).toBe(rowsSha256)
  return rowsSha256 as string
}

/** The digest as docs/data.md describes it, from rows. */
function describedDigest(table: Table, rows: readonly (readonly StoredValue[])[]): string {
  const sha256 = (parts: readonly Uint8Array[]) =>
    createHash('sha256').update(Buffer.concat(parts)).digest('hex')
  const int64 = (value: bigint) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(value)
    return bytes
  }
  const double = (value: number) => {
    const bytes = Buffer.alloc(8)
    if (Number.isNaN(value)) bytes.writeBigUInt64LE(0x7ff8000000000000n)
    else bytes.writeDoubleLE(value)
    return bytes
  }
  const runsOf = <V>(values: readonly V[]) => {
    const runs: { value: V; length: number }[] = []
    for (const value of values) {
      if (runs.length > 0 && runs.at(-1)!.value === value) runs.at(-1)!.length += 1
      else runs.push({ value, length: 1 })
    }
    return runs
  }
  const bytesByType: Record<ColumnType, (values: StoredValue[]) => Uint8Array[]> = {
    timestamp: (values) => values.map((value) => int64(value as bigint)),
    date: (values) => values.map((value) => int64(BigInt(value as number))),
    double: (values) => values.map((value) => double(value as number)),
    real: (values) => values.map((value) => double(value as number)),
    bigint: (values) => values.map((value) => int64(value as bigint)),
    integer: (values) => values.map((value) => int64(BigInt(value as number))),
    boolean: (values) => values.map((value) => int64(value === true ? 1n : 0n)),
    varchar: (values) =>
      runsOf(values as string[]).flatMap(({ value, length }) => {
        const text = Buffer.from(value)
        return [int64(BigInt(length)), int64(BigInt(text.length)), text]
      }),
  }
  const lines = columnsOf(table)
    .map(([name, { type }], index) => {
      const cells = rows.map((row) => row[index] as StoredValue)
      const values = cells.filter((value) => value !== null)
      const runs = runsOf(cells.map((value) => value !== null))
      const lengths = runs.map(({ length }) => int64(BigInt(length)))
      if (runs[0]?.value === false) lengths.unshift(int64(0n))
      const family = type === 'integer' ? 'bigint' : type === 'real' ? 'double' : type
      const utf8 = Buffer.from(name)
      const line = `${utf8.length}:${name} ${family} ${sha256(bytesByType[type](values))} ${sha256(lengths)}\n`
      return { utf8, line, count: values.length }
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => Buffer.compare(a.utf8, b.utf8))
    .map(({ line }) => line)
  return sha256([Buffer.from(`minilake rows 1\n${rows.length}\n${lines.join('')}`)])
}

const cut = <T>(rows: readonly T[], size: number) =>
  Array.from({ length: Math.ceil(rows.length / size) }, (_, at) => rows.slice(at * size, (at + 1) * size))

test('is the one that the docs describe, however rows are cut into batches and row groups, with any codec', async () => {
  const rows = anyRows(everyType, { maxLength: 60 })
  const sizes = fc.integer({ min: 1, max: 61 })
  await fc.assert(
    fc.asyncProperty(rows, sizes, sizes, async (some, batchRows, rowGroupRows) => {
      const expected = describedDigest(everyType, some)
      const batches = cut(some, batchRows).map((part) => batchOf(everyType, part))
      expect(await digestOf(everyType, [batchOf(everyType, some)])).toBe(expected)
      expect(await digestOf(everyType, batches, { rowGroupRows })).toBe(expected)
      expect(await digestOf(everyType, batches, { codec: snappy })).toBe(expected)
    }),
    { numRuns: 40 },
  )
})

test('of many rows does not depend on pages, dictionaries and buffers', async () => {
  const table = defineTable({
    name: 'gauge',
    columns: {
      time: { type: 'timestamp', nullable: true },
      level: { type: 'double', nullable: true },
      count: { type: 'integer' },
      device: { type: 'varchar' },
    },
  })
  const rows = Array.from({ length: 25_000 }, (_, row): StoredValue[] => [
    row % 3 === 0 ? null : BigInt(row) ** 3n,
    row % 4 === 0 ? null : row < 15_000 ? row / 7 : row % 7,
    -row,
    row === 7 ? 'ä'.repeat(70_000) : `device ${Math.floor(row / 9)}`,
  ])
  const expected = describedDigest(table, rows)
  expect(await digestOf(table, [batchOf(table, rows)])).toBe(expected)
  const batches = cut(rows, 7001).map((part) => batchOf(table, part))
  expect(await digestOf(table, batches, { rowGroupRows: 21_000 })).toBe(expected)
})

describe('rows', () => {
  const tableOf = (columns: Table['columns']) => defineTable({ name: 'gauge', columns })
  const digest = (columns: Table['columns'], rows: StoredValue[][]) =>
    digestOf(tableOf(columns), [batchOf(tableOf(columns), rows)])
  const double = { type: 'double' } as const
  const optional = { type: 'double', nullable: true } as const

  test('are the same with other widths, columns in another order, and a column of nothing but nulls', async () => {
    const rows = [[1.5, 7] as StoredValue[], [NaN, -7]]
    const expected = await digest({ level: double, count: { type: 'integer' } }, rows)
    const wide = rows.map(([level, count]): StoredValue[] => [level as number, BigInt(count as number)])
    expect(await digest({ level: { type: 'real' }, count: { type: 'bigint' } }, wide)).toBe(expected)
    expect(
      await digest(
        { count: { type: 'integer' }, level: optional },
        rows.map((row) => [...row].reverse()),
      ),
    ).toBe(expected)
    expect(
      await digest(
        { level: double, added: { type: 'varchar', nullable: true }, count: { type: 'integer' } },
        rows.map(([level, count]) => [level as number, null, count as number]),
      ),
    ).toBe(expected)
  })

  test('are the same with any NaN', async () => {
    const nans = new Float64Array(new BigUint64Array([0x7ff8000000000001n, 0xfff0000000000001n]).buffer)
    const table = tableOf({ level: double })
    const batch = (level: Float64Array) => [{ rowCount: 2, columns: { level } }]
    expect(await digestOf(table, batch(nans))).toBe(await digestOf(table, batch(Float64Array.of(NaN, NaN))))
  })

  test('differ in a value, its sign, its place, its column, its type and in where a value is missing', async () => {
    const digests = await Promise.all([
      digest({ a: double }, [[0], [1]]),
      digest({ a: double }, [[-0], [1]]),
      digest({ a: double }, [[1], [0]]),
      digest({ a: double }, [[0], [2]]),
      digest({ b: double }, [[0], [1]]),
      digest({ a: { type: 'integer' } }, [[0], [1]]),
      digest({ a: { type: 'date' } }, [[0], [1]]),
      digest({ a: { type: 'timestamp' } }, [[0n], [1n]]),
      digest({ a: { type: 'boolean' } }, [[false], [true]]),
      digest({ a: { type: 'varchar' } }, [['0'], ['1']]),
      digest({ a: optional }, [[0], [1], [null]]),
      digest({ a: optional }, [[0], [null], [1]]),
      digest({ a: optional }, [[null], [0], [1]]),
      digest({ a: optional }, [[null]]),
      digest({ a: optional }, [[null], [null]]),
      digest({ a: double }, []),
      digest({ a: { type: 'varchar' } }, [['aa'], ['b']]),
      digest({ a: { type: 'varchar' } }, [['a'], ['ab']]),
    ])
    expect(new Set(digests).size).toBe(digests.length)
  })
})
