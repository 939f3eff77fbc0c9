import { defineTable } from '@minilake/schema'
import { expect, test } from 'vitest'
import { openLake } from '../../src/index.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const { power: _power, ...others } = turbine.columns
const renamed = defineTable({ ...turbine, columns: { ...others, load: { type: 'double', nullable: true } } })
const row = { event_timestamp: new Date('2026-01-01T00:00:00Z'), turbine_id: 'a', power: 1 }
const sql = 'SELECT power FROM hive.iot_dw.turbine'

/** A lake that stays open with the former definition, and what another process does to its table. */
async function openedBefore() {
  const { lake, folder } = await freshLake({ tables: [turbine] })
  await lake.write(turbine, [row])
  const rewrite = async () => {
    const other = await openLake({ cwd: folder, tables: [renamed] })
    await other.rewrite(renamed, { map: { power: 'load' }, rewrite: true })
    await other.close()
  }
  const read = async () => {
    const found: unknown[] = []
    for await (const each of lake.query(sql)) found.push(each)
    return found
  }
  return { lake, rewrite, read }
}

test('a lake that was open before another process rewrote a table does not read NULL in a renamed column', async () => {
  const { lake, rewrite, read } = await openedBefore()
  expect(await read()).toEqual([{ power: 1 }])
  await rewrite()
  await expect(read()).rejects.toThrow(
    /does not fit table turbine: the file has columns that the table lacks: load/,
  )
  await expect(lake.query(sql).columns()).rejects.toThrow(/does not fit table turbine/)
  await expect(lake.query(sql).batches()[Symbol.asyncIterator]().next()).rejects.toThrow(
    /does not fit table turbine/,
  )
  await expect(lake.write(turbine, [{ ...row, turbine_id: 'b' }])).rejects.toThrow(
    /does not fit table turbine/,
  )
})

test('a query fails whose table was rewritten while it ran', async () => {
  const { lake, rewrite } = await openedBefore()
  const rows = lake.query(sql)
  const found: unknown[] = []
  const reading = async () => {
    for await (const each of rows) {
      found.push(each)
      await rewrite()
    }
  }
  await expect(reading()).rejects.toThrow(/does not fit table turbine/)
  expect(found).toEqual([{ power: 1 }])
})
