import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { type Lake, openLake } from '../../src/index.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const keyed = { ...turbine, key: ['turbine_id', 'event_timestamp'] } as const
const row = { event_timestamp: new Date('2026-01-05T00:00:00Z'), turbine_id: 't1', power: 1, starts: null }
const next = [{ ...row, power: 2 }]

/** A lake with a day, and the same file in a folder that is no day. */
async function lakeBeside(name: string): Promise<{ lake: Lake; stray: string }> {
  const { lake } = await freshLake({ tables: [keyed] })
  const { keys } = await lake.write(keyed, [row])
  const stray = `turbine/event_date=${name}/other.parquet`
  const path = join(lake.store.location, stray)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, await lake.store.read(keys[0] ?? ''))
  return { lake, stray }
}

async function powers(lake: Lake): Promise<unknown[]> {
  const found: unknown[] = []
  const sql = "SELECT power FROM hive.iot_dw.turbine WHERE event_date = '2026-01-05'"
  for await (const { power } of lake.query(sql)) found.push(power)
  return found
}

const names = ['soon', '__HIVE_DEFAULT_PARTITION__']

test.each(names)('verify and doctor name a file in the folder event_date=%s', async (name) => {
  const { lake, stray } = await lakeBeside(name)
  const [verification] = await lake.verify()
  expect(JSON.stringify(verification)).toContain(stray)
  const keys = (await lake.doctor({ deep: true })).find(({ state }) => state === 'failed')
  expect(JSON.stringify(keys)).toContain(stray)
})

test.each(names)(
  'merge and overwrite change a day beside event_date=%s, and leave that alone',
  async (name) => {
    for (const mode of ['merge', 'overwrite-partitions'] as const) {
      const { lake, stray } = await lakeBeside(name)
      await lake.write(keyed, next, { mode })
      expect(await powers(lake)).toEqual([2])
      expect(await lake.store.find(stray)).toBeDefined()
    }
  },
)

test.each(names)('rewrite beside event_date=%s names its file, and changes nothing', async (name) => {
  const { lake, stray } = await lakeBeside(name)
  const { columns, ...definition } = keyed
  const { starts: _, ...fewer } = columns
  const changed = { ...definition, columns: fewer }
  const narrow = await openLake({ cwd: dirname(dirname(lake.store.location)), tables: [changed] })
  await expect(narrow.rewrite(changed, { drop: ['starts'], rewrite: true })).rejects.toThrow(
    `nothing was rewritten: ${lake.store.location}/${stray}`,
  )
  await narrow.close()
  expect(await powers(lake)).toEqual([1])
})
