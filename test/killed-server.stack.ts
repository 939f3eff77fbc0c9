import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kill } from 'node:process'
import { Readable } from 'node:stream'
import { nativeStack, readStackConfig } from '@minilake/infra'
import { freeSql } from '@minilake/analytics'
import { type Lake, openLake } from '@minilake/lake'
import { defineTable } from '@minilake/schema'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { emptyLake, engineOf, stackOptions, storeOf } from '../packages/lake/test/running-stack.js'
import { randomOf } from './rounds/evidence.js'

const { MINILAKE_SERVER_KILLS = '1' } = process.env
const stack = inject('stack')
const config = await readStackConfig({ envFile: stack.envFile, environment: {} })
const servers = nativeStack({ config, folder: stack.folder, environment: process.env })
const signal = new AbortController().signal
let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'minilake-killed-'))
})
afterAll(() => rm(cwd, { recursive: true }))

const meter = defineTable({
  name: 'meter',
  columns: {
    event_timestamp: { type: 'timestamp' },
    meter_id: { type: 'varchar' },
    power: { type: 'real' },
  },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  key: ['meter_id', 'event_timestamp'],
})

/** Hourly readings of three days, as a file to import. */
function readings(power: number) {
  const lines = [5, 6, 7].flatMap((day) =>
    Array.from({ length: 24 }, (_, hour) => {
      return `2026-01-0${day}T${String(hour).padStart(2, '0')}:00:00Z,a,${power}\n`
    }),
  )
  const text = `event_timestamp,meter_id,power\n${lines.join('')}`
  return [{ name: 'readings.csv', bytes: Readable.from([new TextEncoder().encode(text)]) }]
}

/** Rows of each day and power, as Trino reads them. */
async function content(): Promise<string[]> {
  const engine = engineOf(stack)
  const found: string[] = []
  const sql = freeSql(
    'SELECT event_date, power, count(*) AS n FROM hive.iot_dw.meter GROUP BY 1, 2 ORDER BY 1, 2',
  )
  for await (const row of engine.query(sql)) found.push(Object.values(row).map(String).join(' '))
  await engine.close()
  return found
}

const changes: Readonly<Record<string, (lake: Lake) => Promise<unknown>>> = {
  'import --mode overwrite-partitions': (lake) =>
    lake.import(meter, readings(2), { mode: 'overwrite-partitions' }),
  'import --mode merge': (lake) => lake.import(meter, readings(2), { mode: 'merge' }),
  'remove --where': (lake) => lake.remove(meter, { where: 'power = 1', remove: true }),
}

test.each(
  (['metastore', 'minio'] as const).flatMap((part) =>
    Object.keys(changes).map((change) => [part, change] as const),
  ),
)(
  '%s dies in the middle of %s: once it runs again, the same command completes the change',
  async (part, change) => {
    const run = changes[change] as (typeof changes)[string]
    const changed = async () => {
      const lake = await openLake({
        ...stackOptions(stack),
        ...{ tables: [meter], cwd, maintainCredentials: stack.maintainer, resumeAfterSeconds: 2 },
      })
      await run(lake).finally(() => lake.close())
    }
    const begin = async () => {
      await emptyLake(stack)
      const lake = await openLake({ ...stackOptions(stack), tables: [meter], cwd })
      await lake.import(meter, readings(1))
      await lake.close()
    }
    await begin()
    const start = performance.now()
    await changed()
    const millis = performance.now() - start
    const expected = await content()
    const ends: string[] = []
    for (let round = 0; round < Number(MINILAKE_SERVER_KILLS); round += 1) {
      await begin()
      const timer = setTimeout(() => void killPart(part), randomOf(11, round).below(Math.ceil(millis)))
      ends.push(
        await changed().then(
          () => 'completed',
          (error: unknown) => String(error),
        ),
      )
      clearTimeout(timer)
      await servers.up({ onStep: () => {}, signal })
      await changed()
      expect(await content()).toEqual(expected)
      // The sign of life of a process that died before its intent was written may stay; it locks nothing.
      for await (const { key } of storeOf(stack).list('_intents/')) expect(key).toMatch(/\.owner\.json$/)
    }
    console.log(part, change, ends)
  },
  600_000,
)

async function killPart(part: string): Promise<void> {
  const status = (await servers.status()).find(({ name }) => name === part)
  const pid = Number(/\d+/.exec(status?.detail ?? '')?.[0])
  kill(pid, 'SIGKILL')
}
