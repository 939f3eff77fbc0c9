import { type BatchLimits, batchBuffer, type Message, type PartitionBounds } from '@minilake/stream'
import { type Chain, type ChainLink, isSameMark, type MessageMark, markOf } from './chain.js'
import type { StagedBatch } from './stage-batch.js'

/** What a partition's stream needs from its surroundings. */
export interface PartitionContext {
  topic: string
  partition: number
  chain: Chain
  limits: BatchLimits
  /** See `shapeOf`. */
  shape: string
  /** A clock in milliseconds that never goes back. */
  now: () => number
  bounds: () => Promise<PartitionBounds>
  seek: (offset: bigint) => void
  stage: (messages: readonly Message[], start: bigint) => Promise<StagedBatch>
  /** Finishes a link of an earlier writer whose files have all been written. Resolves with false if one is missing. */
  complete: (link: ChainLink) => Promise<boolean>
  /** Makes the files of a link visible; does nothing more once the link is done. */
  publish: (link: ChainLink, batch: StagedBatch) => Promise<void>
  /** Called when a batch is complete. */
  onBatch: (link: ChainLink, batch: StagedBatch) => Promise<void>
  /** Whether the user has accepted the loss of a range of positions. */
  isLossAccepted: (from: bigint, to: bigint) => boolean
}

/** The messages of a partition on their way into files. */
export interface PartitionStream {
  /**
   * The position up to which messages have been taken and compared with the chain (not included). It stays at the start of an earlier
   * writer's batch until that is complete.
   */
  readonly position: bigint
  /** Takes messages up to the position `through` (not included), and publishes the batches that they complete. */
  take(messages: readonly Message[], through: bigint): Promise<void>
  /** Publishes what has been taken, if its time has come. */
  flushIfDue(): Promise<void>
  /** Publishes what has been taken. A batch of an earlier writer that is not complete yet stays as it is. */
  flush(): Promise<void>
}

/**
 * Continues the chain of a partition: completes its last batch if that is unfinished, and goes on behind it. Rejects with an Error where
 * the topic contradicts the chain.
 */
export async function partitionStream(context: PartitionContext): Promise<PartitionStream> {
  const { topic, partition, chain, limits, shape, now } = context
  const where = `partition ${partition} of topic ${topic}`
  const newBuffer = () => batchBuffer(limits, now)
  let buffer = newBuffer()
  let start = 0n
  let next = 0n
  /** The batch of an earlier writer that is to be completed. */
  let unfinished: ChainLink | undefined
  /** The last message of the chain, which is read once more to compare it. */
  let known: MessageMark | undefined

  const recreated = (detail: string) =>
    new Error(
      `${where} is not the one that was streamed before: ${detail}; if the topic was created again, stream it under another name, or into another table`,
    )

  /** Finds out where to go on, and has the source read from there. */
  const open = async (): Promise<void> => {
    const [end, { first, end: topicEnd }] = [await chain.end(), await context.bounds()]
    buffer = newBuffer()
    unfinished = end && !end.isDone && !(await context.complete(end.link)) ? end.link : undefined
    start = next = unfinished?.start ?? end?.link.end ?? first
    if (end && topicEnd < end.link.end)
      throw recreated(`it ends at ${topicEnd}, but the lake has its messages up to ${end.link.end}`)
    if (first > next) return skipLost(next, first)
    const last = unfinished ? undefined : end?.link.last
    known = last && last.offset >= first ? last : undefined
    context.seek(known?.offset ?? next)
  }

  /** Goes on behind messages that Kafka has deleted, if their loss has been accepted. */
  const skipLost = async (from: bigint, to: bigint) => {
    const range = `${from}-${to}`
    if (unfinished) return skipUnfinished(unfinished, range)
    if (!context.isLossAccepted(from, to))
      throw new Error(
        `${where}: Kafka has deleted messages ${range} before they were streamed: they are lost; to go on without them, set \`acceptLoss\` to ${partition}:${range}`,
      )
    const link = { start: from, end: to, shape, messages: 0, files: [] }
    if (await chain.add(link)) await chain.finish(link)
    await open()
  }

  /** Goes on behind an earlier writer's batch that nothing can complete, if its loss has been accepted. */
  const skipUnfinished = async (link: ChainLink, deleted: string) => {
    const range = `${link.start}-${link.end}`
    if (!context.isLossAccepted(link.start, link.end))
      throw new Error(
        `${where}: Kafka has deleted messages ${deleted}, and some of the batch ${range} are not in the lake yet; to go on without these, set \`acceptLoss\` to ${partition}:${range}`,
      )
    await chain.finish(link, { isLost: true })
    await open()
  }

  /** Compares a message that is in the lake already with what the lake knows of it. */
  const checkKnown = (message: Message) => {
    if (known?.offset !== message.offset) return
    if (!isSameMark(known, markOf(message)))
      throw recreated(`its message ${message.offset} has another time or content`)
    known = undefined
  }

  /** Publishes the batch up to a position. Resolves with false if another writer has cut the batch elsewhere: all starts again then. */
  const cut = async (end: bigint): Promise<boolean> => {
    const { messages } = buffer
    const marks = [messages.at(0), messages.at(-1)].map((message) => message && markOf(message))
    if (unfinished) checkSame(unfinished, messages.length, marks)
    const batch = await context.stage(messages, start)
    const files = batch.files.map(({ key }) => key)
    const [first, last] = marks
    const link = unfinished ?? {
      ...{ start, end, shape, messages: messages.length, files },
      ...(first && last && { first, last }),
    }
    if (unfinished === undefined && !(await chain.add(link))) {
      await open()
      return false
    }
    await context.publish(link, batch)
    await context.onBatch(link, batch)
    buffer = newBuffer()
    unfinished = undefined
    start = next = link.end
    return true
  }

  /** Throws unless the messages are those of an earlier writer's batch, and still become the same files. */
  const checkSame = (link: ChainLink, count: number, [first, last]: (MessageMark | undefined)[]) => {
    const isSame = (mark?: MessageMark, other?: MessageMark) =>
      mark !== undefined && other !== undefined && isSameMark(mark, other)
    if (!isSame(first, link.first) || !isSame(last, link.last) || count !== link.messages)
      throw recreated(`its messages ${link.start}-${link.end} have other times or content`)
    if (link.shape !== shape)
      throw new Error(
        `${where}: the table or an option has changed, but the batch ${link.start}-${link.end} has not been finished with the former ones: finish it with them first`,
      )
  }

  const flush = async () => {
    if (buffer.messages.length > 0 && !unfinished) await cut(next)
  }

  await open()
  return {
    get position() {
      return unfinished?.start ?? known?.offset ?? next
    },
    async take(messages, through) {
      const from = messages[0]?.offset ?? next
      if (from > next && (await context.bounds()).first > next) {
        await flush()
        return open() // which says what is lost
      }
      for (const message of messages) {
        if (message.offset < next) {
          checkKnown(message)
          continue
        }
        if (unfinished && message.offset >= unfinished.end && !(await cut(unfinished.end))) return
        buffer.add(message)
        next = message.offset + 1n
        const isComplete = unfinished ? next >= unfinished.end : buffer.isFull()
        if (isComplete && !(await cut(next))) return
      }
      if (known && through > known.offset) known = undefined // Kafka has deleted it
      if (through > next) next = through
      if (unfinished && next >= unfinished.end) await cut(unfinished.end)
    },
    async flushIfDue() {
      if (buffer.isDue()) await flush()
    },
    flush,
  }
}
