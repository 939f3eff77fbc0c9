import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { scenarios } from '@minilake/generator'
import { pump, pumpDaily, type Table } from '@minilake/schema'
import Ajv from 'ajv'
import { format, resolveConfig } from 'prettier'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { truthShape } from '../../src/truth/truth-shape.js'
import { freshLake } from '../fresh-lake.js'

const published = fileURLToPath(new URL('../../../generator/truth.schema.json', import.meta.url))

interface JsonSchema {
  description?: string
  properties?: Record<string, JsonSchema>
  items?: JsonSchema | JsonSchema[]
  additionalProperties?: JsonSchema | false
}

test('the published JSON Schema is made from the shape: npx vitest run --project lake truth-shape -u writes it', async () => {
  const schema = JSON.stringify(z.toJSONSchema(truthShape, { target: 'draft-7' }))
  const style = await resolveConfig(published)
  await expect(await format(schema, { ...style, parser: 'json' })).toMatchFileSnapshot(published)
})

test('the JSON Schema describes each of its properties', async () => {
  const schema = JSON.parse(await readFile(published, 'utf8')) as JsonSchema
  expect(undescribed(schema, '')).toEqual([])
})

test.each([
  [pump, 'default'],
  [pump, 'healthy'],
  [pump, 'nightmare'],
  [pumpDaily, 'busy'],
] as const)('a truth of $name in scenario %s fits the JSON Schema', async (table, scenario) => {
  const truth = await truthOf(table, scenario)
  const validate = await publishedValidator()
  expect(validate(truth) || validate.errors).toBe(true)
})

test('the JSON Schema refuses a truth with a missing, extra or mistyped property', async () => {
  const truth = await truthOf(pump, 'default')
  const { hours, rows } = truth
  const validate = await publishedValidator()
  expect(validate(truth)).toBe(true)
  for (const wrong of [
    { ...truth, version: 1 },
    { ...truth, hours: undefined },
    { ...truth, more: 1 },
    { ...truth, rows: String(rows) },
    { ...truth, delivery: { ...truth.delivery, late: 0.5 } },
    { ...truth, hours: [{ ...hours[0], hour: '2026-01-01' }] },
    { ...truth, faults: [{ ...truth.faults[0], fault: 'rust' }] },
  ]) {
    expect(validate(JSON.parse(JSON.stringify(wrong)))).toBe(false)
  }
})

async function publishedValidator() {
  return new Ajv({ allErrors: true }).compile(JSON.parse(await readFile(published, 'utf8')) as object)
}

async function truthOf(table: Table, scenario: keyof typeof scenarios): Promise<z.infer<typeof truthShape>> {
  const { folder, lake } = await freshLake()
  const simulation = { from: '2026-01-01', days: 1, intervalSeconds: 10, scenario: scenarios[scenario] }
  await lake.generate(table, simulation)
  const truths = join(folder, 'out', '_truth')
  const path =
    table === pumpDaily
      ? join(truths, 'pump_daily', 'event_date=2026-01-01', 'pump-0001.json')
      : join(truths, 'pump', '2026-01-01.json')
  return JSON.parse(await readFile(path, 'utf8')) as z.infer<typeof truthShape>
}

/** Paths of the properties that have no description. */
function undescribed(
  { properties = {}, items = [], additionalProperties }: JsonSchema,
  path: string,
): string[] {
  const below = [
    ...Object.entries(properties),
    ...[items].flat().flatMap(({ properties: inner = {} }) => Object.entries(inner)),
  ]
  const values = additionalProperties ? [['*', additionalProperties] as const] : []
  return [...below, ...values].flatMap(([name, schema]) => [
    ...(schema.description === undefined ? [`${path}/${name}`] : []),
    ...undescribed(schema, `${path}/${name}`),
  ])
}
