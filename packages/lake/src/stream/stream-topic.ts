import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { eventTimeColumn, isDataFileKey, type Table } from '@minilake/schema'
import type { BatchLimits, MessageSource } from '@minilake/stream'
import { createOnceProbe } from '../ingest/create-once.js'
import { isIceberg } from '../iceberg/is-iceberg.js'
import type { CatalogReport, LakeBackend } from '../lake-backend.js'
import type { ChangeNotes } from '../replace/settled-change.js'
import { recordFiles } from '../replace/record-files.js'
import { UsageError } from '../usage-error.js'
import { type Chain, type ChainLink, chainOf } from './chain.js'
import { folderRegistration } from './folder-registration.js'
import { type PartitionStream, partitionStream } from './partition-stream.js'
import { type DecodeOptions, shapeOf, stageBatch, type StagedBatch } from './stage-batch.js'

/** A batch of messages whose rows are in the lake. */
export interface StreamedBatch {
  partition: number
  /** Positions of its first message and after its last. */
  start: bigint
  end: bigint
  /** Number of good rows, and of messages that were rejected. */
  rows: number
  rejected: number
  /** Keys of its data files, and of its file of rejected messages. */
  files: readonly string[]
}

/** How to stream a topic. */
export interface StreamTopicOptions extends DecodeOptions, ChangeNotes {
  /** Most messages of a batch of one partition. Default 500,000. */
  flushRows?: number
  /** Most bytes of the messages of a batch. Default 64 MiB. */
  flushBytes?: number
  /** Most seconds that a message waits for its batch to be cut. Default 60. */
  flushSeconds?: number
  /** End when everything has been streamed that the topic held at the start. Default false: go on until `signal` is aborted. */
  untilCaughtUp?: boolean
  /** Ranges of positions that may be missing because Kafka has deleted them. Default: none. */
  acceptLoss?: readonly { partition: number; from: bigint; to: bigint }[]
  /** Aborting it ends the stream: what has been taken is published first. */
  signal: AbortSignal
  /** Rewords the reasons of rejected messages, in which options stand in backticks. Default: unchanged. */
  reasonText?: (reason: string) => string
  onAssigned?: (partitions: readonly number[]) => void
  onBatch?: (batch: StreamedBatch) => void | Promise<void>
  onRegistered?: (report: CatalogReport) => void
  /** Called when a batch cannot be published for the moment. It is tried again, and nothing is lost. */
  onFailure?: (error: unknown, retrySeconds: number) => void
}

/** What was streamed. */
export interface StreamReport {
  table: string
  topic: string
  batches: number
  rows: number
  rejected: number
  files: number
}

/** How often time is looked at when no message comes. */
const idleMillis = 200

const longestRetrySeconds = 30

/**
 * Streams a topic into a table: each message becomes a row exactly once, in the partition of its own time. What has been streamed is
 * recorded in the store, under `_stream/`, which alone decides where to go on. Rejects with an Error where the topic contradicts that
 * record, and as the source does. Throws a UsageError for a table without times, and for an Iceberg table.
 */
export async function streamTopic(
  table: Table,
  source: MessageSource,
  lake: LakeBackend,
  options: StreamTopicOptions,
): Promise<StreamReport> {
  const { signal, untilCaughtUp = false, onAssigned } = options
  const { topic } = source
  if (isIceberg(lake, table))
    throw new UsageError(
      `table ${table.name} is an Iceberg table, which cannot be streamed into: stream into a table without \`format: 'iceberg'\`, and convert that, or copy its rows, later`,
    )
  eventTimeColumn(table) // a table without times is refused
  await checkCreateOnce(lake, signal)
  const report: StreamReport = { table: table.name, topic, batches: 0, rows: 0, rejected: 0, files: 0 }
  const streamOf = await partitionStreams(table, source, lake, { ...options, report })
  const ends = new Map((await source.bounds()).map(({ partition, end }) => [partition, end]))
  let streams: Map<number, PartitionStream> | undefined
  const otherChain = (partition: number) => chainOf(lake.store, { table: table.name, topic, partition })
  /** Whether the lake has everything up to `ends`: also of partitions that other members of the group read. */
  const isCaughtUp = async () => {
    if (streams === undefined) return false
    for (const [partition, end] of ends) if (end > (streams.get(partition)?.position ?? end)) return false
    await each((stream) => stream.flush())
    for (const [partition, end] of ends) {
      if (end === 0n || streams.has(partition)) continue
      const last = await otherChain(partition).end()
      if (last === undefined || !last.isDone || last.link.end < end) return false
    }
    return true
  }
  const each = async (work: (stream: PartitionStream) => Promise<void>) => {
    for (const stream of streams?.values() ?? []) await work(stream)
  }

  for await (const event of source.events({ signal, idleMillis })) {
    if (event.kind === 'assigned') {
      // What others may have taken over is dropped: they read it again.
      streams = new Map()
      for (const partition of event.partitions) streams.set(partition, await streamOf(partition))
      onAssigned?.(event.partitions)
    } else if (event.kind === 'messages') {
      await streams?.get(event.partition)?.take(event.messages, event.through)
    }
    await each((stream) => stream.flushIfDue())
    if (untilCaughtUp && (await isCaughtUp())) break
  }
  await each((stream) => stream.flush())
  return report
}

/** Refuses a bucket in which two writers can both create the same object. */
async function checkCreateOnce({ store }: LakeBackend, signal: AbortSignal): Promise<void> {
  if ((await createOnceProbe(store, { signal })()) !== 'check-then-write') return
  throw new Error(
    `${store.location} does not refuse a second object with the same key, so a stream into it could double rows: use a store with conditional writes`,
  )
}

/** A function that continues the stream of a partition. */
async function partitionStreams(
  table: Table,
  source: MessageSource,
  lake: LakeBackend,
  options: StreamTopicOptions & { report: StreamReport },
): Promise<(partition: number) => Promise<PartitionStream>> {
  const { flushRows, flushBytes, flushSeconds, untilCaughtUp: _untilCaughtUp, ...rest } = options
  const { acceptLoss = [], signal, onAssigned: _onAssigned, onBatch, onRegistered, ...further } = rest
  const { onFailure, onWait, onSettled, reasonText, report, ...decode } = further
  const { topic } = source
  const { store } = lake
  const shape = shapeOf(table, decode)
  const limits: BatchLimits = {
    rows: flushRows ?? 500_000,
    bytes: flushBytes ?? 64 * 1024 * 1024,
    seconds: flushSeconds ?? 60,
  }
  const always = new AbortController().signal // a batch that has begun is completed
  const register = await folderRegistration(table, lake, {
    ...{ signal, onWait, onSettled },
    ...(onRegistered && { onRegistered }),
  })

  /** Records the data files of a link, without its file of rejected messages. */
  const record = ({ files }: ChainLink) =>
    recordFiles(
      files.filter((key) => isDataFileKey(table, key)),
      store,
    )

  const publishOnce = async (chain: Chain, link: ChainLink, { files }: StagedBatch) => {
    for (const { key, bytes } of files) {
      if (await chain.isDone(link)) return
      await store.write(key, bytes, { signal: always })
    }
    await record(link)
    await register(link.files)
    await chain.finish(link)
  }

  /** Finishes a link of an earlier writer if it has written all files, which then are not formed again. */
  const complete = async (chain: Chain, link: ChainLink) => {
    for (const key of link.files) if ((await store.find(key)) === undefined) return false
    await record(link)
    await register(link.files)
    await chain.finish(link)
    return true
  }

  /** Tries until it succeeds; once the stream is to end, one failure is the last. */
  const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let retrySeconds = 1; ; retrySeconds = Math.min(2 * retrySeconds, longestRetrySeconds)) {
      try {
        return await work()
      } catch (error) {
        if (signal.aborted) throw error
        onFailure?.(error, retrySeconds)
        await wait(1000 * retrySeconds, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  return async (partition) => {
    const chain = chainOf(store, { table: table.name, topic, partition }, patiently)
    const bounds = async () => {
      const found = (await source.bounds()).find((each) => each.partition === partition)
      if (found) return found
      throw new Error(`topic ${topic} has no partition ${partition} any more: was it created again?`)
    }
    return partitionStream({
      ...{ topic, partition, chain, limits, shape },
      now: () => performance.now(),
      bounds,
      seek: (offset) => source.seek(partition, offset),
      stage: (messages, start) =>
        stageBatch(
          table,
          messages,
          { topic, partition, start },
          { ...decode, ...(reasonText && { reasonText }) },
        ),
      complete: (link) => patiently(() => complete(chain, link)),
      publish: (link, batch) => patiently(() => publishOnce(chain, link, batch)),
      onBatch: async ({ start, end, files }, { rows, rejected }) => {
        await source.commit(partition, end)
        report.batches += 1
        report.rows += rows
        report.rejected += rejected
        report.files += files.length
        await onBatch?.({ partition, start, end, rows, rejected, files })
      },
      isLossAccepted: (from, to) =>
        acceptLoss.some((range) => range.partition === partition && range.from <= from && range.to >= to),
    })
  }
}
