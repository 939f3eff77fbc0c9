import { createHash } from 'node:crypto'
import { type MessageOptions, openMessages } from '@minilake/import'
import { encodeParquet } from '@minilake/parquet'
import { partitionBatches } from '@minilake/partition'
import { columnsOf, dataFileKey, partitionsOf, type Table } from '@minilake/schema'
import type { Message } from '@minilake/stream'
import { dataFileEncoding } from '../data-file-encoding.js'
import { defaultMaxPartitions } from '../write/stage-partitions.js'

/** How messages become rows, as `openMessages` of `@minilake/import` has it. */
export type DecodeOptions = Omit<MessageOptions, 'signal'>

/** Where a batch starts. */
export interface BatchPlace {
  topic: string
  partition: number
  start: bigint
}

/** A file that is to be written. */
interface StagedBytes {
  key: string
  bytes: Uint8Array[]
}

/** The files of a batch, in memory, under keys that come from its place. The same messages give the same files. */
export interface StagedBatch {
  files: StagedBytes[]
  /** Number of good rows, and of messages that were rejected. */
  rows: number
  rejected: number
}

/** Turns a batch of messages into the data files of a table, one per partition, and a file of those that do not fit. */
export async function stageBatch(
  table: Table,
  messages: readonly Message[],
  place: BatchPlace,
  options: DecodeOptions & { reasonText?: (reason: string) => string },
): Promise<StagedBatch> {
  const { topic, partition, start } = place
  const { reasonText = (reason) => reason, ...decode } = options
  const name = `stream-${topic}-${partition}-${String(start).padStart(20, '0')}`
  const values = messages.map(({ value }) => value)
  const readings = await openMessages(table, values, { ...decode, name: topic })
  try {
    const files: StagedBytes[] = []
    const encoding = { ...(await dataFileEncoding()), reuseBuffers: false }
    const maxPartitions = defaultMaxPartitions
    for await (const sorted of partitionBatches(table, readings.batches(), { maxPartitions })) {
      const key = dataFileKey(table, { name, partition: sorted.partition })
      files.push({ key, bytes: [...encodeParquet(table, sorted.batches, encoding)] })
    }
    const { rows, badRows, bad } = readings.report
    if (bad.length > 0) {
      const lines = bad.map(({ line, column, value, reason }) => {
        const message = messages[line - 1]
        const place = { topic, partition, offset: String(message?.offset), timestamp: message?.timestamp }
        const text = message?.value == null ? null : Buffer.from(message.value).toString()
        return `${JSON.stringify({ ...place, column, value, reason: reasonText(reason), message: text })}\n`
      })
      files.push({
        key: `_rejected/${table.name}/${name}.ndjson`,
        bytes: [new TextEncoder().encode(lines.join(''))],
      })
    }
    return { files, rows, rejected: badRows }
  } finally {
    await readings.close()
  }
}

/** A hash of all that decides what rows a message gives, and in which files they are. */
export function shapeOf(table: Table, options: DecodeOptions): string {
  const { memory: _memory, threads: _threads, tempFolder: _tempFolder, ...decode } = options
  const columns = columnsOf(table).map(([name, { type, nullable = false }]) => [name, type, nullable])
  const read = { ...table.source, ...decode, map: { ...table.source?.map, ...decode.map } }
  const shape = [table.name, columns, partitionsOf(table), Object.entries(read).sort()]
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex')
}
