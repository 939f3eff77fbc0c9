import { icebergImportsOf } from '@minilake/catalog'
import { defineTable } from '@minilake/schema'
import { expect, test } from 'vitest'

const pump = defineTable({ name: 'pump', columns: { at: { type: 'timestamp' } } })

test('statements for the imports of very many files are short enough for Trino, and name each file once', () => {
  const path = (snapshot: number, file: number) =>
    `s3://lake/iot_dw/pump-${'x'.repeat(350)}/data/${snapshot}-${file}.parquet`
  const added = new Map(
    [11, 12, 13].map((id) => [
      String(id),
      Array.from({ length: id === 12 ? 9000 : 700 }, (_, at) => path(id, at)),
    ]),
  )
  const statements = icebergImportsOf(pump, added)
  for (const statement of statements) expect(statement.length).toBeLessThan(1_000_000)
  const named = statements.flatMap((statement) =>
    statement.split('\nUNION ALL ').flatMap((select) => {
      const [, id] = /FOR VERSION AS OF (\d+) /.exec(select) ?? []
      return (select.match(/'s3:[^']*'/g) ?? []).map((literal) => `${id} ${literal.slice(1, -1)}`)
    }),
  )
  expect(named).toEqual([...added].flatMap(([id, paths]) => paths.map((each) => `${id} ${each}`)))
})

test('without added files there is nothing to ask', () => {
  expect(icebergImportsOf(pump, new Map())).toEqual([])
})
