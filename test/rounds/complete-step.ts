import { isDeepStrictEqual } from 'node:util'
import { agrees, type Lake, openLake } from '../../packages/lake/src/index.js'
import { lakeOptions, type LakePlace } from './dying-lake.js'
import { makeCall } from './make-call.js'
import type { Step } from './step.js'
import {
  type Definition,
  type Reading,
  type ReadingsModel,
  rowText,
  rowTexts,
  tableOf,
} from './readings-model.js'

/**
 * Makes the call of a step, whatever a dead process has left, does it to the model, and compares the engine's rows with it. Rejects with an
 * Error that names the first difference, or an unfinished change.
 */
export async function completeStep(
  step: Step,
  { place, model, isFirst }: { place: LakePlace; model: ReadingsModel; isFirst: boolean },
): Promise<void> {
  const table = tableOf(step.definition)
  // What a dead process was doing counts as left behind at once.
  const lake = await openLake({ ...lakeOptions(table, place), resumeAfterSeconds: 0 })
  try {
    if (isFirst) await lake.register()
    const call = await step.call(table)
    const { importId, refusal } = await makeCall(lake, call)
    if (refusal !== step.refusal)
      throw new Error(`expected ${step.refusal ?? 'success'}, got ${refusal ?? 'success'}`)
    if (['drop', 'ingest'].includes(call.method)) await lake.register() // it can be queried
    step.apply(model, importId)
    await compare(lake, model)
  } finally {
    await lake.close()
  }
}

async function compare(lake: Lake, model: ReadingsModel): Promise<void> {
  const found = await readRows(lake, model.definition)
  const expected = rowTexts(model)
  if (!isDeepStrictEqual(found, expected)) {
    const at = expected.findIndex((text, index) => text !== found[index])
    throw new Error(
      `expected ${expected.length} rows, got ${found.length}; first difference: expected ${expected[at] ?? 'nothing'}, got ${found[at === -1 ? expected.length : at] ?? 'nothing'}`,
    )
  }
  await checkNothingUnfinished(lake)
  if (model.definition.format === undefined) await checkRecords(lake)
  if (model.definition.format === undefined || expected.length === 0) return
  const [verified] = await lake.verify()
  if (!verified || !agrees(verified))
    throw new Error(`expected that it verifies, got ${JSON.stringify(verified)}`)
}

/** The rows that the engine finds in a table, as texts in order. */
export async function readRows(
  lake: Lake,
  { level, hasTorque }: Definition,
  name = 'station',
): Promise<string[]> {
  const columns = `event_timestamp AS time, station_id AS station, ${level} AS level, ${hasTorque ? 'torque' : 'NULL AS torque'}`
  const found: string[] = []
  for await (const row of lake.query(`SELECT ${columns} FROM hive.iot_dw.${name}`))
    found.push(rowText(row as unknown as Reading))
  return found.sort()
}

/** Rejects with an Error unless each data file of a lake has a record, and each record its file. */
async function checkRecords({ store }: Lake): Promise<void> {
  const [files, records] = [new Set<string>(), new Set<string>()]
  for await (const { key } of store.list('station')) files.add(key.replace(/\.parquet$/, ''))
  for await (const { key } of store.list('_truth/'))
    if (key.endsWith('.record')) records.add(key.slice('_truth/'.length).replace(/\.record$/, ''))
  for (const key of files) if (!records.has(key)) throw new Error(`expected a record of ${key}`)
  for (const key of records) if (!files.has(key)) throw new Error(`expected no record of ${key}`)
}

/** Rejects with an Error if an intent stands, or if files below the intents are left that no command has finished. */
export async function checkNothingUnfinished({ store }: Lake): Promise<void> {
  for await (const { key } of store.list('_intents/'))
    if (!key.endsWith('.owner.json')) throw new Error(`expected no unfinished change, got ${key}`)
  for await (const { key } of store.unfinished?.('_intents/') ?? [])
    throw new Error(`expected no unfinished file of a change, got ${key}`)
}
