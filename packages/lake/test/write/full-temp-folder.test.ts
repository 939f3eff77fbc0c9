import { join } from 'node:path'
import process from 'node:process'
import { Readable } from 'node:stream'
import { memoryStore } from '@minilake/ingest'
import { defineTable, type InputRow } from '@minilake/schema'
import { expect, onTestFinished, test, type TestContext } from 'vitest'
import { composeLake } from '../../src/compose-lake.js'
import { type Lake, openLake } from '../../src/index.js'
import { embeddedLake } from '../../src/open/embedded-lake.js'
import { freshFolder } from '../fresh-lake.js'
import { smallDisk } from '../small-disk.js'
import { turbine } from '../turbine.js'

const keyed = defineTable({ ...turbine, key: ['turbine_id', 'event_timestamp'] })
const { power: _power, ...others } = keyed.columns
const renamed = defineTable({ ...keyed, columns: { ...others, load: { type: 'double', nullable: true } } })

/** A folder for temporary files on a disk of its own, which TMPDIR names. */
async function smallTempFolder(context: TestContext) {
  const folder = await freshFolder()
  const disk = join(folder, 'temporary')
  const { fillUpTo, free } = await smallDisk(disk, context)
  const before = process.env.TMPDIR
  process.env.TMPDIR = disk
  onTestFinished(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  })
  return { folder, disk, fillUpTo, free }
}

/** Rows that need about 80 KiB. */
function rows(factor = 1): InputRow<typeof keyed>[] {
  return Array.from({ length: 5000 }, (_, second) => ({
    event_timestamp: new Date(Date.UTC(2026, 0, 5, 0, 0, second)),
    turbine_id: 'a',
    power: Math.sin(second) * factor,
  }))
}

async function filesOf(lake: Lake): Promise<string[]> {
  const found: string[] = []
  for await (const { key } of lake.store.list('')) if (!key.endsWith('.record')) found.push(key)
  return found
}

const sentence = (disk: string) =>
  `no space left for temporary files in ${disk}: free some space or set TMPDIR to a folder on another disk, then run it again`

const changes: Record<string, (lake: Lake) => Promise<unknown>> = {
  append: (lake) => lake.write(keyed, rows(2)),
  'overwrite-partitions': (lake) => lake.write(keyed, rows(2), { mode: 'overwrite-partitions' }),
  merge: (lake) => lake.write(keyed, rows(2), { mode: 'merge' }),
  'remove by a condition': (lake) => lake.remove(keyed, { where: 'power > 0.9', remove: true }),
  rewrite: (lake) => lake.rewrite(renamed, { map: { power: 'load' }, rewrite: true }),
}

test.for(Object.keys(changes))(
  '%s in a bucket, with a full folder for temporary files, names the folder and changes nothing; with space, it ends',
  { timeout: 60_000 },
  async (name, context) => {
    const { folder, disk, fillUpTo, free } = await smallTempFolder(context)
    const table = name === 'rewrite' ? renamed : keyed
    const store = { ...memoryStore(), location: 's3://bucket' }
    const lakeOf = (of: typeof keyed | typeof renamed) =>
      composeLake(
        { ...embeddedLake([of], { folder: join(folder, 'lake') }), store },
        {
          out: join(folder, 'out'),
          inCwd: (path) => path,
          duckDb: {},
          s3: {} as Parameters<typeof composeLake>[1]['s3'], // only generate uses it
        },
      )
    await lakeOf(keyed).write(keyed, rows())
    const lake = lakeOf(table)
    const keys = await filesOf(lake)
    for (const freeBytes of [0, 24 * 1024]) {
      await fillUpTo(freeBytes)
      await expect(changes[name]?.(lake), `${freeBytes} bytes free`).rejects.toThrow(sentence(disk))
      const left = (await filesOf(lake)).filter((key) => key !== '_intents/turbine/rewrite.json')
      expect(left, `${freeBytes} bytes free`).toEqual(keys)
      await free()
    }
    await changes[name]?.(lake)
    const after = await filesOf(lake)
    expect(after).not.toEqual(keys)
    expect(after).toHaveLength(name === 'append' ? 2 : 1) // no intent and no mark is left
  },
)

test('rows that do not fit in memory, with no space to sort them, name the folder and write nothing', async (context) => {
  const { folder, disk } = await smallTempFolder(context)
  const lake = await openLake({ cwd: folder, tables: [keyed] })
  const long = function* () {
    for (let second = 0; second < 150_000; second += 1)
      yield {
        event_timestamp: new Date(Date.UTC(2026, 0, 5, 0, 0, 80_000 - (second >> 1))),
        turbine_id: `${second}`.padEnd(200, 'x'),
        power: second,
      }
  }
  await expect(lake.write(keyed, long())).rejects.toThrow(sentence(disk))
  expect(await filesOf(lake)).toEqual([])
  delete process.env.TMPDIR
  expect(await lake.write(keyed, long())).toMatchObject({ written: 1, rows: 150_000 })
  await lake.close()
})

test('an import of a stream that does not fit in the folder for temporary files names the folder and imports nothing', async (context) => {
  const { folder, disk } = await smallTempFolder(context)
  const lake = await openLake({ cwd: folder, tables: [keyed] })
  const lines = function* () {
    yield Buffer.from('event_timestamp,turbine_id,power\n')
    for (let second = 0; second < 86_400; second += 1)
      yield Buffer.from(`${new Date(Date.UTC(2026, 0, 5, 0, 0, second)).toISOString()},a,${second}\n`)
  }
  const readings = () => [{ name: 'readings.csv', bytes: Readable.from(lines()) }]
  await expect(lake.import(keyed, readings())).rejects.toThrow(sentence(disk))
  expect(await filesOf(lake)).toEqual([])
  delete process.env.TMPDIR
  expect(await lake.import(keyed, readings())).toMatchObject({ rows: 86_400 })
  await lake.close()
})
