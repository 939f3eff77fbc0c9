import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLake, type OpenLakeOptions } from '@minilake/lake'
import { defineTable } from '@minilake/schema'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { emptyLake, stackOptions } from '../packages/lake/test/running-stack.js'
import { startKafka } from './kafka-broker.js'
import { type KafkaTopic, kafkaTopic } from './stream/kafka-topic.js'
import { streamingProcess } from './stream/streaming-process.js'

const readings = defineTable({
  name: 'readings',
  columns: {
    event_timestamp: { type: 'timestamp' },
    part: { type: 'integer' },
    place: { type: 'bigint' },
  },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
})

const stack = inject('stack')
let broker = ''
beforeAll(async () => {
  broker = await startKafka()
}, 400_000)

/** A message whose row names its place; days alternate, so that each batch has several files. */
const message = (part: number, place: number) =>
  JSON.stringify({ event_timestamp: `2026-01-0${1 + (place % 3)}T00:00:00Z`, part, place })

const messages = (part: number, from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => message(part, from + index))

async function freshTopic(partitions: number): Promise<KafkaTopic> {
  const topic = await kafkaTopic(broker, { partitions })
  onTestFinished(() => topic.close())
  return topic
}

const folders: string[] = []
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

const profiles: Record<string, () => Promise<OpenLakeOptions>> = {
  embedded: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'minilake-stream-'))
    folders.push(folder)
    return { tables: [readings], cwd: folder }
  },
  stack: async () => {
    await emptyLake(stack)
    return { ...stackOptions(stack), tables: [readings] }
  },
}

/** What the lake holds of each partition: rows, distinct places, the first and the last. */
async function held(options: OpenLakeOptions): Promise<unknown[]> {
  const lake = await openLake(options)
  try {
    const sql = `SELECT part, count(*) AS n, count(DISTINCT place) AS d, min(place) AS first, max(place) AS last FROM hive.iot_dw.readings GROUP BY part ORDER BY part`
    const rows: unknown[] = []
    for await (const row of lake.query(sql)) rows.push(Object.values(row).map(Number))
    return rows
  } finally {
    await lake.close()
  }
}

/** What `held` returns if each of the first `count` positions is there once. */
const once = (parts: number, count: number) =>
  Array.from({ length: parts }, (_, part) => [part, count, count, 0, count - 1])

async function stream(options: OpenLakeOptions, topic: KafkaTopic, more = {}) {
  const lake = await openLake(options)
  try {
    return await lake.stream(readings, topic.url, { untilCaughtUp: true, ...more })
  } finally {
    await lake.close()
  }
}

describe.each(Object.entries(profiles))('%s', (_profile, fresh) => {
  test('every message becomes one row, whatever the group', { timeout: 300_000 }, async () => {
    const options = await fresh()
    const topic = await freshTopic(2)
    for (const part of [0, 1]) await topic.send(part, messages(part, 0, 1000))
    const report = await stream(options, topic, { flushRows: 300 })
    expect(report).toMatchObject({ rows: 2000, rejected: 0, batches: 8 })
    expect(await held(options)).toEqual(once(2, 1000))

    for (const part of [0, 1]) await topic.send(part, messages(part, 1000, 1100))
    await topic.deleteGroup('minilake-readings')
    expect(await stream(options, topic, { group: 'another' })).toMatchObject({ rows: 200 })
    expect(await stream(options, topic)).toMatchObject({ rows: 0 })
    expect(await held(options)).toEqual(once(2, 1100))
  })

  test('kills at random moments lose and double nothing', { timeout: 600_000 }, async () => {
    const options = await fresh()
    const topic = await freshTopic(3)
    const sessionSeconds = 6 // the least that a broker accepts
    for (let round = 0, sent = 0; round < 4; round += 1, sent += 500) {
      for (const part of [0, 1, 2]) await topic.send(part, messages(part, sent, sent + 500))
      const child = streamingProcess({
        options,
        topic: topic.url,
        stream: { flushRows: 40 + 13 * round, flushSeconds: 1, sessionSeconds },
      })
      await child.until('batch')
      await new Promise((resolve) => setTimeout(resolve, 97 * round)) // the moment is the point
      child.kill('SIGKILL')
      await child.exited()
    }
    await stream(options, topic, { sessionSeconds })
    expect(await held(options)).toEqual(once(3, 2000))
  })
})

const embedded = profiles.embedded as () => Promise<OpenLakeOptions>

test(
  'rows that were removed do not come back, and bad messages are kept aside',
  { timeout: 300_000 },
  async () => {
    const options = await embedded()
    const topic = await freshTopic(1)
    await topic.send(0, [...messages(0, 0, 30), null, 'no JSON', '{"place": 1}', message(0, 33)])
    expect(await stream(options, topic)).toMatchObject({ rows: 31, rejected: 3 })
    const lake = await openLake(options)
    await lake.remove(readings, { from: new Date('2026-01-01'), to: new Date('2026-01-02'), remove: true })
    const rejected: string[] = []
    for await (const { key } of lake.store.list('_rejected/')) rejected.push(key)
    expect(rejected).toHaveLength(1)
    const lines = new TextDecoder()
      .decode(await lake.store.read(rejected[0] as string))
      .trim()
      .split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { offset: string }).offset)).toEqual(['30', '31', '32'])
    await lake.close()
    const before = await held(options)
    expect(await stream(options, topic, { group: 'another' })).toMatchObject({ rows: 0 })
    expect(await held(options)).toEqual(before)
  },
)

test('a topic that contradicts the chain ends the stream', { timeout: 300_000 }, async () => {
  const options = await embedded()
  const topic = await freshTopic(1)
  await topic.send(0, messages(0, 0, 10))
  await stream(options, topic)
  await topic.remove()
  await topic.create()
  await topic.send(0, messages(0, 0, 5))
  await expect(stream(options, topic)).rejects.toThrow('it ends at 5, but the lake has its messages up to 10')
  await topic.send(0, messages(1, 5, 30))
  await expect(stream(options, topic)).rejects.toThrow('its message 9 has another time or content')
  expect(await held(options)).toEqual([[0, 10, 10, 0, 9]])
})
