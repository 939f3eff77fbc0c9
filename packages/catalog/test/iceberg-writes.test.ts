import {
  createStaging,
  icebergAppend,
  icebergBatches,
  icebergDelete,
  icebergMerge,
  icebergReplacement,
} from '@minilake/catalog'
import { defineTable } from '@minilake/schema'
import { expect, test } from 'vitest'

const pump = defineTable({
  name: 'pump',
  columns: { at: { type: 'timestamp' }, pump_id: { type: 'varchar' } },
  partitions: { day: { from: 'at', by: 'day' } },
  key: ['pump_id', 'at'],
})
const days = (...names: string[]) => names.map((day) => ({ day }))
const files = {
  staging: 'a-b',
  keyDigits: ['0123456789abcdef'],
  partitions: days('2026-01-05', '2026-01-06'),
}

test('an append looks at the days and the keys of its files only, so that others may append meanwhile', () => {
  const sql = icebergAppend(pump, files)
  const batch = `(t."_batch" >= '0123456789abcdef-' AND t."_batch" < '0123456789abcdef.')`
  const range = `(t."at" >= TIMESTAMP '2026-01-05 00:00:00.000000' AND t."at" < TIMESTAMP '2026-01-07 00:00:00.000000')`
  expect(sql).toContain(`(${batch}) AND (${range})`)
  expect(sql).toContain('"hive"."iot_dw_staging"."rows_a_b"')
  expect(sql).not.toContain('WHEN MATCHED')
})

test('days that are apart are apart in the condition', () => {
  const sql = icebergBatches(pump, 'days', { ...files, partitions: days('2026-01-05', '2026-03-01') })
  expect(sql.match(/ OR /g)).toHaveLength(1)
})

test('a statement over very many files and days stays short', () => {
  const many = Array.from({ length: 3000 }, (_, at) => at)
  const sql = icebergAppend(pump, {
    ...files,
    keyDigits: many.map((at) => at.toString(16).padStart(16, '0')),
    partitions: days(...many.map((at) => new Date(at * 2 * 86_400_000).toISOString().slice(0, 10))),
  })
  expect(sql.length).toBeLessThan(2000)
})

test('names and texts are quoted', () => {
  const odd = defineTable({
    name: 'odd',
    columns: { at: { type: 'timestamp' }, select: { type: 'varchar' } },
    key: ['select'],
  })
  const all = { ...files, partitions: [{}] }
  for (const sql of [icebergMerge(odd, all), icebergReplacement(odd, 'all', all), createStaging(odd, 'x')])
    expect(sql).toContain('"select"')
  expect(icebergDelete(odd, { importId: "'" })).toContain("''''")
  expect(icebergDelete(odd, {})).toBe('DELETE FROM "iceberg"."iot_dw"."odd" WHERE true')
})
