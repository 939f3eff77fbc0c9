import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openLake, type OpenLakeOptions } from '@minilake/lake'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { emptyLake, stackOptions } from '../packages/lake/test/running-stack.js'
import { startKafka } from './kafka-broker.js'
import { type KafkaTopic, kafkaTopic } from './stream/kafka-topic.js'
import { placeMessages, placesHeld, placesOnce, streamedTable } from './stream/places.js'
import { randomOf } from './rounds/evidence.js'
import { streamRound } from './rounds/stream-round.js'

const stack = inject('stack')
let broker = ''
beforeAll(async () => {
  broker = await startKafka()
}, 400_000)

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
    return { tables: [streamedTable], cwd: folder }
  },
  stack: async () => {
    await emptyLake(stack)
    return { ...stackOptions(stack), tables: [streamedTable] }
  },
}

async function stream(options: OpenLakeOptions, topic: KafkaTopic, more = {}) {
  const lake = await openLake(options)
  try {
    return await lake.stream(streamedTable, topic.url, { untilCaughtUp: true, ...more })
  } finally {
    await lake.close()
  }
}

describe.each(Object.entries(profiles))('%s', (profile, fresh) => {
  test('every message becomes one row, whatever the group', { timeout: 300_000 }, async () => {
    const options = await fresh()
    const topic = await freshTopic(2)
    for (const part of [0, 1]) await topic.sendPlaces(part, 0, 1000)
    const report = await stream(options, topic, { flushRows: 300 })
    expect(report).toMatchObject({ rows: 2000, rejected: 0, batches: 8 })
    expect(await placesHeld(options)).toEqual(placesOnce(2, 1000))

    for (const part of [0, 1]) await topic.sendPlaces(part, 1000, 1100)
    await topic.deleteGroup(`minilake-readings-${topic.name}`)
    expect(await stream(options, topic, { group: 'another' })).toMatchObject({ rows: 200 })
    expect(await stream(options, topic)).toMatchObject({ rows: 0 })
    expect(await placesHeld(options)).toEqual(placesOnce(2, 1100))
  })

  test('kills at random moments lose and double nothing', { timeout: 900_000 }, async () => {
    const round = streamRound(randomOf(7, 0), { broker, ...(profile === 'stack' && { stack }) })
    expect(await round).toHaveProperty('kills')
  })
})

const embedded = profiles.embedded as () => Promise<OpenLakeOptions>

test(
  'rows that were removed do not come back, and bad messages are kept aside',
  { timeout: 300_000 },
  async () => {
    const options = await embedded()
    const topic = await freshTopic(1)
    await topic.send(0, [
      ...placeMessages(0, 0, 30),
      null,
      'no JSON',
      '{"place": 1}',
      ...placeMessages(0, 33, 34),
    ])
    expect(await stream(options, topic)).toMatchObject({ rows: 31, rejected: 3 })
    const lake = await openLake(options)
    await lake.remove(streamedTable, {
      from: new Date('2026-01-01'),
      to: new Date('2026-01-02'),
      remove: true,
    })
    const rejected: string[] = []
    for await (const { key } of lake.store.list('_rejected/')) rejected.push(key)
    expect(rejected).toHaveLength(1)
    const lines = new TextDecoder()
      .decode(await lake.store.read(rejected[0] as string))
      .trim()
      .split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { offset: string }).offset)).toEqual(['30', '31', '32'])
    await lake.close()
    const before = await placesHeld(options)
    expect(await stream(options, topic, { group: 'another' })).toMatchObject({ rows: 0 })
    expect(await placesHeld(options)).toEqual(before)
  },
)

test('a topic that contradicts the chain ends the stream', { timeout: 300_000 }, async () => {
  const options = await embedded()
  const topic = await freshTopic(1)
  await topic.sendPlaces(0, 0, 10)
  await stream(options, topic)
  await topic.remove()
  await topic.create()
  await topic.sendPlaces(0, 0, 5)
  await expect(stream(options, topic)).rejects.toThrow('it ends at 5, but the lake has its messages up to 10')
  await topic.send(0, placeMessages(1, 5, 10)) // as long as before
  await expect(stream(options, topic)).rejects.toThrow('its message 9 has another time or content')
  expect(await placesHeld(options)).toEqual([[0, 10, 10, 0, 9]])
})

test(
  'topics that are streamed into one table at once are streamed to their ends',
  { timeout: 300_000 },
  async () => {
    const options = await embedded()
    const topics = await Promise.all([freshTopic(2), freshTopic(2)])
    for (const [index, topic] of topics.entries())
      for (const part of [0, 1]) await topic.send(part, placeMessages(2 * index + part, 0, 100))
    const reports = await Promise.all(topics.map((topic) => stream(options, topic)))
    expect(reports.map(({ rows }) => rows)).toEqual([200, 200])
    expect(await placesHeld(options)).toEqual(placesOnce(4, 100))
  },
)

test(
  'a stream that gets no partition waits until the others have caught up',
  { timeout: 300_000 },
  async () => {
    const options = await embedded()
    const topic = await freshTopic(1)
    await topic.sendPlaces(0, 0, 100)
    const reports = await Promise.all([1, 2].map(() => stream(options, topic, { group: topic.name })))
    expect(reports.map(({ rows }) => rows).sort()).toEqual([0, 100])
  },
)

test(
  'messages that Kafka has deleted are named, and left out if that is accepted',
  { timeout: 300_000 },
  async () => {
    const options = await embedded()
    const topic = await freshTopic(1)
    await topic.sendPlaces(0, 0, 20)
    await stream(options, topic)
    await topic.sendPlaces(0, 20, 50)
    await topic.deleteBefore(0, 30)
    await expect(stream(options, topic)).rejects.toThrow('partition 0 of topic')
    await expect(stream(options, topic)).rejects.toThrow('set `acceptLoss` to 0:20-30')
    const acceptLoss = [{ partition: 0, from: 20n, to: 30n }]
    expect(await stream(options, topic, { acceptLoss })).toMatchObject({ rows: 20 })
    expect(await stream(options, topic)).toMatchObject({ rows: 0 })
    expect(await placesHeld(options)).toEqual([[0, 40, 40, 0, 49]])
  },
)

test(
  'a batch that Kafka has deleted before it was complete is finished as far as possible',
  { timeout: 300_000 },
  async () => {
    const options = await embedded()
    const topic = await freshTopic(1)
    await topic.sendPlaces(0, 0, 30)
    await stream(options, topic)
    await topic.sendPlaces(0, 30, 40)
    await topic.deleteBefore(0, 30)
    const folder = join(options.cwd as string, 'lake', 'iot-time-series')
    const done = join(folder, '_stream', 'readings', topic.name, '0', `${'0'.repeat(20)}.done`)
    const file = join(
      folder,
      'readings',
      'event_date=2026-01-02',
      `stream-${topic.name}-0-${'0'.repeat(20)}.parquet`,
    )

    // All files are there: the writer was killed just before it could say so.
    await rm(done)
    expect(await stream(options, topic)).toMatchObject({ rows: 10 })
    expect(await placesHeld(options)).toEqual(placesOnce(1, 40))

    // A file is missing, and its messages are gone.
    for (const name of await readdir(dirname(done)))
      if (name > `${'0'.repeat(20)}.z`) await rm(join(dirname(done), name))
    for (const object of [done, file]) await rm(object)
    await expect(stream(options, topic)).rejects.toThrow('set `acceptLoss` to 0:0-30')
    const acceptLoss = [{ partition: 0, from: 0n, to: 30n }]
    await stream(options, topic, { acceptLoss })
    expect(JSON.parse(await readFile(done, 'utf8'))).toEqual({ isLost: true })
    expect(await placesHeld(options)).toEqual([[0, 30, 30, 0, 39]])
  },
)

test(
  'late messages for a day that was removed while the stream runs are registered',
  { timeout: 300_000 },
  async () => {
    const options = await (profiles.stack as typeof embedded)()
    const topic = await freshTopic(1)
    await topic.sendPlaces(0, 0, 30)
    const lake = await openLake({
      ...options,
      maintainCredentials: stack.maintainer,
    })
    const stopped = new AbortController()
    let batches = 0
    await lake.stream(streamedTable, topic.url, {
      flushSeconds: 1,
      signal: stopped.signal,
      onBatch: async () => {
        batches += 1
        if (batches > 1) return stopped.abort()
        await lake.remove(streamedTable, {
          from: new Date('2026-01-01'),
          to: new Date('2026-01-02'),
          remove: true,
        })
        await topic.sendPlaces(0, 30, 60)
      },
    })
    await lake.close()
    expect(await placesHeld(options)).toEqual([[0, 50, 50, 1, 59]])
  },
)

test('an Iceberg table is refused in one sentence', { timeout: 300_000 }, async () => {
  const options = await (profiles.stack as typeof embedded)()
  const topic = await freshTopic(1)
  const table = { ...streamedTable, format: 'iceberg' } as const
  const lake = await openLake({ ...options, tables: [table] })
  onTestFinished(() => lake.close())
  await expect(lake.stream(table, topic.url)).rejects.toThrow(
    'table readings is an Iceberg table, which cannot be streamed into',
  )
})
