import { type Admin, type EachBatchPayload, Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import type { Message, MessageSource, PartitionBounds, SourceEvent } from '../message-source.js'
import { eventQueue } from './event-queue.js'
import { kafkaFailure } from './kafka-failure.js'
import type { KafkaAddress } from './kafka-url.js'

export { type KafkaAddress, parseKafkaUrl } from './kafka-url.js'

/** Options of `kafkaSource`. */
export interface KafkaSourceOptions extends KafkaAddress {
  /** Name of the consumer group that shares the topic's partitions. */
  group: string
  /** Seconds without a sign of life after which the group gives this reader's partitions to others. Default 30. */
  sessionSeconds?: number
}

/** Most bytes of a fetch, and of one partition in it. A message that is larger still comes. */
const [fetchBytes, partitionBytes] = [8 * 1024 * 1024, 2 * 1024 * 1024]

/** How long a broker may wait for messages before it answers that there are none. */
const waitMillis = 250

/**
 * The messages of a Kafka topic. Throws an Error, in one sentence, where no broker answers or the topic does not exist. The caller closes
 * the source.
 */
export async function kafkaSource({
  brokers,
  topic,
  group,
  sessionSeconds = 30,
}: KafkaSourceOptions): Promise<MessageSource> {
  const kafka = new Kafka({ clientId: 'minilake', brokers, logLevel: logLevel.NOTHING })
  const failure = (cause: unknown) => kafkaFailure(cause, { brokers, topic })
  const admin = kafka.admin()
  await admin.connect().catch((cause: unknown) => {
    throw failure(cause)
  })
  const bounds = () =>
    boundsOf(admin, topic).catch((cause: unknown) => {
      throw failure(cause)
    })
  try {
    await bounds() // a topic that is missing is reported at once
  } catch (error) {
    await admin.disconnect()
    throw error
  }

  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: sessionSeconds * 1000,
    heartbeatInterval: Math.min(3000, (sessionSeconds * 1000) / 3),
    maxBytes: fetchBytes,
    maxBytesPerPartition: partitionBytes,
    maxWaitTimeInMs: waitMillis,
  })
  const queue = eventQueue()
  const held = new Set<() => void>()
  /** The positions that are expected next, of the partitions that have been sought. */
  const positions = new Map<number, bigint>()

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const partitions = (payload.memberAssignment[topic] ?? []).toSorted((a, b) => a - b)
    queue.push(() => {
      positions.clear()
      return { kind: 'assigned', partitions }
    })
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) queue.fail(failure(payload.error))
  })
  // A fetch of nothing but markers of transactions does not reach `eachBatch`.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    const { partition, batchSize, lastOffset } = payload
    if (Number(batchSize) > 0) return
    queue.push(() => advanced(partition, [], BigInt(lastOffset) + 1n))
  })

  /** The event for messages; undefined for those of a position that is not the expected one. */
  const advanced = (partition: number, messages: readonly Message[], through: bigint) => {
    const from = positions.get(partition)
    if (from === undefined || through < from) return undefined
    positions.set(partition, through)
    return { kind: 'messages', partition, messages, from, through } as const
  }

  /** Offers a fetch to the loop, and resolves when it has been pulled. The group is kept informed meanwhile. */
  const eachBatch = (fetched: EachBatchPayload) =>
    new Promise<void>((resolve, reject) => {
      const { batch } = fetched
      const { partition } = batch
      const end = () => {
        clearInterval(timer)
        queue.withdraw(pulled)
        held.delete(end)
        resolve()
      }
      const timer = setInterval(() => {
        fetched.heartbeat().catch((error: Error) => {
          end()
          reject(error)
        })
      }, 1000)
      const pulled = (): SourceEvent | undefined => {
        end()
        const last = batch.messages.at(-1)
        if (!fetched.isRunning() || fetched.isStale() || last === undefined) return undefined
        const event = advanced(partition, batch.messages.map(messageOf), BigInt(batch.lastOffset()) + 1n)
        if (event) fetched.resolveOffset(last.offset)
        return event
      }
      held.add(end)
      queue.push(pulled)
    })

  let isClosed = false
  return {
    topic,
    bounds,
    async *events(options) {
      try {
        await consumer.connect()
        await consumer.subscribe({ topics: [topic], fromBeginning: true })
        await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch })
      } catch (cause) {
        throw failure(cause)
      }
      yield* queue.pull(options)
    },
    seek(partition, offset) {
      positions.set(partition, offset)
      consumer.seek({ topic, partition, offset: String(offset) })
    },
    commit: (partition, offset) =>
      consumer.commitOffsets([{ topic, partition, offset: String(offset) }]).then(
        () => true,
        () => false,
      ),
    async close() {
      if (isClosed) return
      isClosed = true
      for (const end of held) end()
      await consumer.disconnect()
      await admin.disconnect()
    },
  }
}

function messageOf({ offset, timestamp, value }: KafkaMessage): Message {
  return { offset: BigInt(offset), timestamp: Number(timestamp), value }
}

async function boundsOf(admin: Admin, topic: string): Promise<PartitionBounds[]> {
  const found = await admin.fetchTopicOffsets(topic)
  return found
    .map(({ partition, low, high }) => ({ partition, first: BigInt(low), end: BigInt(high) }))
    .sort((a, b) => a.partition - b.partition)
}
