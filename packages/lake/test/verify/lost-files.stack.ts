import { afterAll, beforeEach, expect, inject, test } from 'vitest'
import { agrees, openLake } from '../../src/index.js'
import { emptyLake, engineOf, stackOptions, storeOf } from '../running-stack.js'
import { turbine } from '../turbine.js'

const stack = inject('stack')
const engine = engineOf(stack)
const store = storeOf({ ...stack, credentials: stack.administrator })

beforeEach(() => emptyLake(stack))
afterAll(async () => {
  await emptyLake(stack)
  await engine.close()
})

const row = (time: string, power: number) => ({
  event_timestamp: new Date(`2026-01-${time}:00Z`),
  turbine_id: 'a',
  power,
})

test('verify names an imported file of a Hive table that is gone, changed, there twice, or not read', async () => {
  const lake = await openLake({ ...stackOptions(stack), tables: [turbine] })
  const rows = [row('05T10:00', 1), row('06T10:00', 2), row('06T11:00', 3)]
  const { keys } = await lake.write(turbine, rows)
  const [first = '', second = ''] = keys
  const found = async () => {
    const [verification] = await lake.verify()
    return { ...verification, isFine: verification !== undefined && agrees(verification) }
  }
  expect(await found()).toMatchObject({ files: 2, rows: 3, isFine: true })

  const [one, other] = [await store.read(first), await store.read(second)]
  await store.remove(second)
  expect(await found()).toMatchObject({ missing: [second], isFine: false })
  await lake.write(turbine, rows)
  expect(await found()).toMatchObject({ files: 2, isFine: true })

  await store.write(first, [other], { overwrite: true })
  expect(await found()).toMatchObject({
    differences: [`${first}: expected the rows that its name stands for, got others`],
  })
  await store.write(first, [one], { overwrite: true })

  const copy = first.replace(/write-.*/, 'a-copy.parquet')
  await store.write(copy, [one])
  expect(await found()).toMatchObject({
    differences: [`${first}: has the same rows as ${copy}, so they count twice`],
  })
  await store.remove(copy)

  await engine.execute(
    `CALL hive.system.unregister_partition('iot_dw', 'turbine', ARRAY['event_date'], ARRAY['2026-01-06'])`,
  )
  expect(await found()).toMatchObject({
    differences: [`event_date=2026-01-06: expected 2 rows, got none: ${second} is not read`],
  })
  await lake.register()
  expect(await found()).toMatchObject({ files: 2, rows: 3, isFine: true })
  await lake.close()
})
