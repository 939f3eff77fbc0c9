import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { expect } from 'vitest'
import { placeMessages } from './places.js'

/** A topic of a test, on a real broker. */
export interface KafkaTopic {
  /** As `minilake stream` takes it. */
  url: string
  name: string
  /** Creates it again, after it was removed. */
  create(): Promise<void>
  remove(): Promise<void>
  /** Sends messages to a partition; null is a message without a value. */
  send(partition: number, values: readonly (string | null)[]): Promise<void>
  /** Sends messages that name their places. */
  sendPlaces(partition: number, from: number, to: number): Promise<void>
  /** Deletes the messages before an offset. */
  deleteBefore(partition: number, offset: number): Promise<void>
  deleteGroup(group: string): Promise<void>
  close(): Promise<void>
}

/** Creates a topic with a name of its own. The caller closes it. */
export async function kafkaTopic(
  broker: string,
  { partitions }: { partitions: number },
): Promise<KafkaTopic> {
  const name = `test-${randomUUID()}`
  const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING })
  const [admin, producer] = [kafka.admin(), kafka.producer({ idempotent: true, maxInFlightRequests: 1 })]
  await admin.connect()
  await producer.connect()
  const create = async () => {
    await admin.createTopics({ topics: [{ topic: name, numPartitions: partitions }], waitForLeaders: false })
    // The broker may not know its new topic yet, for which kafkajs itself does not wait.
    const isThere = async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [name] })
      return topics.every((topic) => topic.partitions.every(({ leader }) => leader >= 0))
    }
    await expect.poll(() => isThere().catch(() => false), { timeout: 30_000 }).toBe(true)
  }
  await create()
  const send = async (partition: number, values: readonly (string | null)[]) => {
    const messages = values.map((value) => ({ partition, value }))
    await producer.send({ topic: name, messages })
  }
  return {
    url: `kafka://${broker}/${name}`,
    name,
    create,
    remove: () => admin.deleteTopics({ topics: [name] }),
    send,
    sendPlaces: (partition, from, to) => send(partition, placeMessages(partition, from, to)),
    async deleteBefore(partition, offset) {
      await admin.fetchTopicOffsets(name) // by which the client learns where the topic is
      await admin.deleteTopicRecords({ topic: name, partitions: [{ partition, offset: String(offset) }] })
    },
    deleteGroup: async (group) => {
      await admin.deleteGroups([group])
    },
    async close() {
      await admin.deleteTopics({ topics: [name] }).catch(() => undefined)
      await producer.disconnect()
      await admin.disconnect()
    },
  }
}
