import { type Truth, truthPrefix } from '@minilake/generator'
import type { Identity, ObjectStore, StoredObject } from '@minilake/ingest'
import { columnsOf, type Table, tablePrefix } from '@minilake/schema'
import { z } from 'zod'
import { truthShape } from './truth-shape.js'

/** A stored truth: with the size and ETag of the data file that it describes. */
export type StoredTruth = z.infer<typeof truthShape>

/** The bytes of a truth file. */
export function truthFileBytes(truth: Truth, file: Identity): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ ...truth, file }, null, 2)}\n`)
}

/** The truth files of a table in a store, ordered by key. */
export async function* truthFilesOf(
  table: Table,
  store: Pick<ObjectStore, 'list'>,
): AsyncGenerator<StoredObject> {
  for await (const object of store.list(`${truthPrefix}${tablePrefix(table)}`))
    if (object.key.endsWith('.json')) yield object
}

/** Reads a truth file. Rejects with one sentence when the file is damaged, or lacks something of the table. */
export async function readTruthFile(table: Table, store: ObjectStore, key: string): Promise<StoredTruth> {
  const text = new TextDecoder().decode(await store.read(key))
  try {
    const truth = truthShape.parse(JSON.parse(text))
    checkComplete(table, truth)
    return truth
  } catch (cause) {
    const [issue] = cause instanceof z.ZodError ? cause.issues : []
    const why = issue ? `${issue.path.join('.')}: ${issue.message}` : (cause as Error).message
    throw new Error(
      `the truth ${store.location}/${key} cannot be read (${why}): remove it, and minilake ingest writes it again`,
      { cause },
    )
  }
}

function checkComplete(table: Table, { rows, hours, alarms, delivery, parameters }: StoredTruth): void {
  const doubles = columnsOf(table).filter(([, { type }]) => type === 'double')
  for (const { hour, columns, alarmRows } of hours) {
    for (const [name, { highLimit }] of doubles) {
      if (!Object.hasOwn(columns, name)) throw new Error(`hour ${hour} lacks column ${name}`)
      if (highLimit !== undefined && !Object.hasOwn(alarmRows, name)) {
        throw new Error(`hour ${hour} lacks the alarm rows of ${name}`)
      }
    }
  }
  const sum = hours.reduce((total, hour) => total + hour.rows, 0)
  if (sum !== rows) throw new Error(`rows expected the ${sum} of its hours, got ${rows}`)
  // Engines count distinct readings; how many are missing follows from the interval.
  const { missing, duplicates } = delivery
  const moments = Math.round(86_400 / parameters.intervalSeconds)
  if (rows - duplicates + missing !== moments) {
    throw new Error(
      `rows − duplicates + missing expected ${moments}, got ${rows} − ${duplicates} + ${missing}`,
    )
  }
  for (const [name, alarm] of Object.entries(alarms)) {
    const above = hours.reduce((total, hour) => total + (hour.alarmRows[name] ?? 0), 0)
    if (alarm.rows !== above)
      throw new Error(`alarm rows of ${name} expected the ${above} of its hours, got ${alarm.rows}`)
  }
}
