import { setTimeout as wait } from 'node:timers/promises'
import { freeSql } from '@minilake/analytics'
import { afterAll, beforeEach, expect, inject, test, vi } from 'vitest'
import { withTableLock } from '../../src/iceberg/table-lock.js'
import { openLake } from '../../src/index.js'
import { emptyLake, engineOf, stackBackend, stackOptions } from '../running-stack.js'
import { proxiedTrino } from './proxied-trino.js'
import { turbines } from './turbines.js'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 })
const stack = inject('stack')
const engine = engineOf(stack)
const name = 'iceberg.iot_dw.turbines'

beforeEach(() => emptyLake(stack))
afterAll(async () => {
  await emptyLake(stack)
  await engine.close()
})

const open = () =>
  openLake({ ...stackOptions(stack), tables: [turbines], maintainCredentials: stack.maintainer })
const row = (time: string, power: number) => ({
  event_timestamp: new Date(`2026-01-${time}:00Z`),
  turbine_id: 'a',
  power,
})
async function numberOf(sql: string) {
  for await (const found of engine.query(freeSql(sql))) return Number(Object.values(found)[0])
  return NaN
}

/** A promise, and what resolves it. */
function signal<T = void>(): { given: Promise<T>; give: (value: T) => void } {
  let give: (value: T) => void = () => undefined
  const given = new Promise<T>((resolve) => (give = resolve))
  return { given, give }
}

/** A proxy for Trino that keeps back the answers to a statement once it runs, until `release` is called: it stays among Trino's running ones. */
async function slowTrino(isSlow: RegExp) {
  let id = ''
  const [running, released] = [signal(), signal()]
  const proxy = await proxiedTrino(stack.trino, {
    onRequest: () => true,
    onAnswer: async (text, sql) => {
      const page = JSON.parse(text) as { id?: string; nextUri?: string }
      if (sql !== undefined && isSlow.test(sql)) id = page.id ?? ''
      if (id !== '' && page.id === id && page.nextUri?.includes('/executing/')) {
        running.give()
        await released.given
      }
      return true
    },
  })
  return { ...proxy, running: running.given, release: released.give }
}

test('maintain waits for a merge that runs, also one that begins with a comment', async () => {
  const lake = await open()
  for (const time of ['05T10:00', '05T11:00']) await lake.write(turbines, [row(time, 1)])
  await using proxy = await slowTrino(/MERGE/)
  const merging = engineOf({ ...stack, trino: proxy.url })
  const merge = merging.execute(
    `-- corrections\nMERGE INTO ${name} t USING (VALUES 1) s (power) ON t.power = s.power WHEN MATCHED THEN UPDATE SET power = 2`,
  )
  await proxy.running
  const waited: string[] = []
  const report = await lake.maintain(turbines, {
    onWait: (what) => {
      waited.push(what)
      proxy.release()
    },
  })
  await merge
  expect(waited).toEqual([expect.stringMatching(/^query \S+ in Trino, which changes table turbines$/)])
  expect(report).toMatchObject({ days: [{ day: '2026-01-05', after: { files: 1 } }] })
  expect(await numberOf(`SELECT sum(power) FROM ${name}`)).toBe(4)
  await merging.close()
  await lake.close()
})

test('a write waits for the process that has the lock of the table', async () => {
  const lake = await open()
  await lake.register()
  const backend = await stackBackend([turbines], stack)
  const waits = signal<string>()
  let writing: Promise<unknown> = Promise.resolve()
  await withTableLock(
    turbines,
    backend,
    { undone: 'maintained', signal: new AbortController().signal },
    async () => {
      writing = lake.write(turbines, [row('05T10:00', 1)], { onWait: waits.give })
      expect(await Promise.race([waits.given, writing.then(() => 'written')])).toBe('_table/turbines/')
      await wait(3000) // a write takes less
      expect(await numberOf(`SELECT count(*) FROM ${name}`)).toBe(0)
    },
  )
  await writing
  expect(await numberOf(`SELECT count(*) FROM ${name}`)).toBe(1)
  await lake.close()
})
