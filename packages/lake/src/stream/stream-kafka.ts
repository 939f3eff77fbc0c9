import type { Table } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'
import { UsageError } from '../usage-error.js'
import { type StreamReport, streamTopic, type StreamTopicOptions } from './stream-topic.js'

/** How to stream a Kafka topic. */
export interface StreamKafkaOptions extends StreamTopicOptions {
  group?: string
  sessionSeconds?: number
}

/** Streams a Kafka topic, given by its URL, into a table. Throws a UsageError for a wrong URL; else rejects as `streamTopic` does. */
export async function streamKafka(
  table: Table,
  url: string,
  lake: LakeBackend,
  { group, sessionSeconds, ...options }: StreamKafkaOptions,
): Promise<StreamReport> {
  const { kafkaSource, parseKafkaUrl } = await import('@minilake/stream/kafka')
  const address = (() => {
    try {
      return parseKafkaUrl(url)
    } catch (cause) {
      throw new UsageError((cause as RangeError).message)
    }
  })()
  const source = await kafkaSource({
    ...address,
    group: group ?? `minilake-${table.name}-${address.topic}`,
    ...(sessionSeconds !== undefined && { sessionSeconds }),
  })
  try {
    return await streamTopic(table, source, lake, options)
  } finally {
    await source.close()
  }
}
