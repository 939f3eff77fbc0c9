import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { openLake, type OpenLakeOptions } from '@minilake/lake'
import { emptyLake, stackOptions, type TestStack } from '../../packages/lake/test/running-stack.js'
import { type KafkaTopic, kafkaTopic } from '../stream/kafka-topic.js'
import { placesHeld, placesOnce, streamedTable } from '../stream/places.js'
import { type StreamingProcess, streamingProcess } from '../stream/streaming-process.js'
import type { Random, RoundFacts } from './evidence.js'

const parts = 3
const sessionSeconds = 6 // the least that a broker accepts

/**
 * Streams a topic with processes that are killed, or stopped until another one has taken over, at random moments, and with groups that are
 * deleted. In the end, every message must be a row once.
 */
export async function streamRound(
  random: Random,
  { broker, stack }: { broker: string; stack?: TestStack },
): Promise<RoundFacts> {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-stream-'))
  if (stack) await emptyLake(stack)
  const options: OpenLakeOptions = {
    ...(stack ? stackOptions(stack) : { cwd: folder }),
    tables: [streamedTable],
  }
  const topic = await kafkaTopic(broker, { partitions: parts })
  const children: StreamingProcess[] = []
  const start = () => {
    const child = streamingProcess({
      options,
      topic: topic.url,
      stream: { flushRows: 20 + random.below(100), flushSeconds: 1, sessionSeconds, group: topic.name },
    })
    children.push(child)
    return child
  }
  const facts = { kills: 0, stops: 0, 'groups deleted': 0 }
  try {
    let sent = 0
    for (let step = 0; step < 5; step += 1) {
      const more = 50 + random.below(400)
      await sendPlaces(topic, sent, sent + more)
      sent += more
      const child = start()
      await child.until(random.pick(['assigned', 'batch', 'batch']))
      await wait(random.below(random.pick([50, 500, 2000]))) // the moment is the point
      if (random.below(5) === 0) {
        child.kill('SIGSTOP')
        const heir = start()
        await heir.until('assigned')
        child.kill('SIGCONT')
        await wait(random.below(1500))
        heir.kill('SIGKILL')
        await heir.exited()
        facts.stops += 1
      }
      child.kill('SIGKILL')
      await child.exited()
      facts.kills += 1
      if (random.below(4) === 0) {
        await topic.deleteGroup(topic.name).catch(() => undefined) // refused while it has members
        facts['groups deleted'] += 1
      }
    }
    const lake = await openLake(options)
    await lake
      .stream(streamedTable, topic.url, { untilCaughtUp: true, sessionSeconds, group: topic.name })
      .finally(() => lake.close())
    const [held, wanted] = [await placesHeld(options), placesOnce(parts, sent)]
    if (JSON.stringify(held) !== JSON.stringify(wanted))
      throw new Error(`expected ${JSON.stringify(wanted)}, got ${JSON.stringify(held)}`)
    return { ...facts, messages: parts * sent }
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await topic.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function sendPlaces(topic: KafkaTopic, from: number, to: number): Promise<void> {
  for (let part = 0; part < parts; part += 1) await topic.sendPlaces(part, from, to)
}
