import { join } from 'node:path'
import { defineTable, type InputRow } from '@minilake/schema'
import { expect, test } from 'vitest'
import { type Lake, openLake } from '../../src/index.js'
import { freshFolder } from '../fresh-lake.js'
import { smallDisk } from '../small-disk.js'
import { turbine } from '../turbine.js'

const keyed = defineTable({ ...turbine, key: ['turbine_id', 'event_timestamp'] })
const { power: _power, ...others } = keyed.columns
const renamed = defineTable({ ...keyed, columns: { ...others, load: { type: 'double', nullable: true } } })
const day = (number: number) => new Date(Date.UTC(2026, 0, number))

/** Rows that need about 80 KiB a day. */
function rows(days: readonly number[], factor = 1): InputRow<typeof keyed>[] {
  return days.flatMap((number) =>
    Array.from({ length: 5000 }, (_, second) => ({
      event_timestamp: new Date(day(number).getTime() + second * 1000),
      turbine_id: 'a',
      power: Math.sin(second * number) * factor,
    })),
  )
}

async function sums(lake: Lake, column = 'power'): Promise<unknown[]> {
  const found: unknown[] = []
  const sql = `SELECT event_date, count(*) AS n, round(sum(${column}), 6) AS s FROM hive.iot_dw.turbine GROUP BY 1 ORDER BY 1`
  for await (const row of lake.query(sql)) found.push(Object.values(row))
  return found
}

/** Keys of everything in a lake, finished or not. */
async function keysOf({ store }: Lake): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list('')) if (!key.endsWith('.record')) keys.push(key)
  for await (const { key } of store.unfinished?.('') ?? []) keys.push(key)
  return keys.sort()
}

const changes: Record<string, (lake: Lake) => Promise<unknown>> = {
  import: (lake) => lake.write(keyed, rows([5, 7])),
  'overwrite-partitions': (lake) => lake.write(keyed, rows([4, 5], 2), { mode: 'overwrite-partitions' }),
  merge: (lake) => lake.write(keyed, rows([4, 5], 2), { mode: 'merge' }),
  'remove by a condition': (lake) => lake.remove(keyed, { where: 'power > 0.9', remove: true }),
  rewrite: (lake) => lake.rewrite(renamed, { map: { power: 'load' }, rewrite: true }),
}

test.for(Object.keys(changes))(
  '%s on a full disk fails in one sentence and changes nothing; with space, it ends',
  { timeout: 60_000 },
  async (name, context) => {
    const folder = await freshFolder()
    const { fillUpTo, free } = await smallDisk(join(folder, 'lake'), context)
    const lake = await openLake({ cwd: folder, tables: [keyed], resumeAfterSeconds: 1 })
    const changing =
      name === 'rewrite' ? await openLake({ cwd: folder, tables: [renamed], resumeAfterSeconds: 1 }) : lake
    const change = () => (changes[name] as (typeof changes)[string])(changing)
    await lake.write(keyed, rows([4, 5, 6]))
    const [before, keys] = [await sums(lake), await keysOf(lake)]
    for (const freeBytes of [0, 24 * 1024]) {
      await fillUpTo(freeBytes)
      await expect(change(), `${freeBytes} bytes free`).rejects.toThrow(/no space left on the disk/)
      const left = (await keysOf(lake)).filter((key) => key !== '_intents/turbine/rewrite.json')
      expect(left, `${freeBytes} bytes free`).toEqual(keys)
      await free()
    }
    if (name !== 'rewrite') expect(await sums(lake)).toEqual(before)
    await change()
    const after = await sums(changing, name === 'rewrite' ? 'load' : 'power')
    if (name === 'rewrite') expect(after).toEqual(before)
    else expect(after).not.toEqual(before)
    expect((await keysOf(lake)).filter((key) => key.startsWith('_'))).toEqual([])
    await lake.close()
    await changing.close()
  },
)

test('whole days and imports are removed from a disk with a few KiB left, and then there is space', async (context) => {
  const folder = await freshFolder()
  const { fillUpTo, free } = await smallDisk(join(folder, 'lake'), context)
  const lake = await openLake({ cwd: folder, tables: [keyed] })
  const { importId } = await lake.write(keyed, rows([4]))
  await lake.write(keyed, rows([5, 6]))
  const keys = await keysOf(lake)
  await fillUpTo(0)
  await expect(lake.remove(keyed, { from: day(5), to: day(6), remove: true })).rejects.toThrow(
    /no space left on the disk/,
  )
  expect(await keysOf(lake)).toEqual(keys)
  await free()
  await fillUpTo(24 * 1024)
  await expect(lake.write(keyed, rows([7]))).rejects.toThrow(/no space left on the disk/)
  await lake.remove(keyed, { from: day(5), to: day(6), remove: true })
  await lake.remove(keyed, { import: importId, remove: true })
  expect(await lake.write(keyed, rows([7]))).toMatchObject({ written: 1 })
  expect(await sums(lake)).toHaveLength(2)
  await lake.close()
})
