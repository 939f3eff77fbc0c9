import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Table } from '@minilake/schema'
import { openLake } from '../../packages/lake/src/index.js'
import { someReadings } from './random-readings.js'
import {
  append,
  type Definition,
  ingestOver,
  merge,
  overwrite,
  type Reading,
  valuesOf,
} from './readings-model.js'
import type { Operation } from './step.js'

/** What each mode does to the model. */
const modes = { append, 'overwrite-partitions': overwrite, merge } as const
type Mode = keyof typeof modes
const modeNames = Object.keys(modes) as Mode[]

/** Everything that puts readings into the lake. */
export const putOperations: readonly Operation[] = [
  ...modeNames.map((mode) => put('write', mode)),
  ...modeNames.map((mode) => put('import', mode)),
  function ingest(model, random, folder) {
    const { definition } = model
    const readings = someReadings(model, random)
    let stagedId: string | undefined
    return {
      kind: 'ingest',
      detail: `${readings.length} rows`,
      definition,
      call: async (table) => {
        const staged = await stage(table, readings, { definition, folder })
        stagedId = staged.importId
        return { method: 'ingest', args: [{ folder: staged.out }] }
      },
      apply: (model, importId) => append(model, { by: 'import', readings, importId: stagedId ?? importId }),
    }
  },
]

/** Publishes files under names of their own, in place of those that have these names. */
export const ingestWithOverwrite: Operation = (model, random, folder) => {
  const { definition } = model
  const readings = someReadings(model, random)
  const name = random.pick(['device-1', 'device-2'])
  let stagedId: string | undefined
  return {
    kind: 'ingest, overwrite',
    detail: `${readings.length} rows of ${name}`,
    definition,
    call: async (table) => {
      const staged = await stage(table, readings, { definition, folder })
      stagedId = staged.importId
      for (const key of staged.keys)
        await rename(join(staged.out, key), join(staged.out, dirname(key), `${name}.parquet`))
      return { method: 'ingest', args: [{ folder: staged.out, overwrite: true }] }
    },
    apply: (model, importId) =>
      ingestOver(model, { by: 'import', readings, importId: stagedId ?? importId }, name),
  }
}

/** Puts readings into the lake, in one of the modes. */
function put(by: 'write' | 'import', mode: Mode): Operation {
  return (model, random, folder) => {
    const { definition } = model
    const readings = someReadings(model, random)
    return {
      kind: `${by}, mode ${mode}`,
      detail: `${readings.length} rows`,
      definition,
      call: async (table) =>
        by === 'write'
          ? { method: by, args: [table, readings.map((each) => valuesOf(each, definition)), { mode }] }
          : {
              method: by,
              args: [table, [await csvOf(folder, readings, definition)], { nullText: '-', mode }],
            },
      apply: (model, importId) => modes[mode](model, { by, readings, importId }),
    }
  }
}

/** Stages readings as data files in a folder that held others before. */
async function stage(
  table: Table,
  readings: readonly Reading[],
  { definition, folder }: { definition: Definition; folder: string },
) {
  const out = join(folder, 'staged')
  await rm(out, { recursive: true, force: true })
  await mkdir(out)
  const lake = await openLake({ tables: [table], cwd: folder })
  try {
    const file = await csvOf(folder, readings, definition)
    const { importId, keys } = await lake.stage(table, [file], { nullText: '-', out })
    return { out, importId, keys }
  } finally {
    await lake.close()
  }
}

async function csvOf(folder: string, readings: readonly Reading[], definition: Definition): Promise<string> {
  const file = join(folder, 'readings.csv')
  const [first] = readings
  const names = first ? Object.keys(valuesOf(first, definition)) : []
  const lines = readings.map((reading) =>
    Object.values(valuesOf(reading, definition))
      .map((value) =>
        value instanceof Date
          ? value.toISOString()
          : typeof value === 'string'
            ? `"${value.replaceAll('"', '""')}"`
            : (value ?? '-'),
      )
      .join(','),
  )
  await writeFile(file, `${[names.join(','), ...lines].join('\n')}\n`)
  return file
}
