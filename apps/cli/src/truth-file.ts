import type { Truth } from '@minilake/generator'
import type { Identity, ObjectStore } from '@minilake/ingest'
import { columnsOf, type Table } from '@minilake/schema'
import { z } from 'zod'

const episodeShape = z.object({ start: z.string(), end: z.string().nullable(), peak: z.number() })

const truthShape = z.object({
  version: z.literal(2),
  parameters: z.object({ day: z.string() }),
  file: z.object({ size: z.number(), etag: z.string() }),
  rows: z.number(),
  delivery: z.object({
    missing: z.number(),
    duplicates: z.number(),
    outOfOrder: z.number(),
    late: z.number(),
  }),
  alarms: z.record(
    z.string(),
    z.object({
      above: z.number(),
      deadband: z.number(),
      onDelaySeconds: z.number(),
      offDelaySeconds: z.number(),
      rows: z.number(),
      episodes: z.array(episodeShape),
    }),
  ),
  hours: z.array(
    z.object({
      hour: z.string(),
      rows: z.number(),
      first: z.string(),
      last: z.string(),
      columns: z.record(
        z.string(),
        z.object({
          count: z.number(),
          nan: z.number(),
          sum: z.number(),
          min: z.number().nullable(),
          max: z.number().nullable(),
        }),
      ),
      alarmRows: z.record(z.string(), z.number()),
    }),
  ),
})

/** A truth as it is stored: with the size and ETag of the data file it speaks of. */
export type StoredTruth = z.infer<typeof truthShape>

/** The bytes of a truth file. */
export function truthFileBytes(truth: Truth, file: Identity): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ ...truth, file }, null, 2)}\n`)
}

/** Reads a truth file about a table. Rejects in one sentence when it is damaged, or leaves something of the table out. */
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

function checkComplete(table: Table, { rows, hours }: StoredTruth): void {
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
}
