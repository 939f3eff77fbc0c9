import { crc32 } from 'node:zlib'
import type { Message } from '@minilake/stream'
import type { LakeStore } from '../lake-backend.js'

/** Folder of a lake's chains. Engines read nothing below it, as its name starts with `_`. */
const streamPrefix = '_stream/'

/** What identifies a message without its content. */
export interface MessageMark {
  offset: bigint
  /** Milliseconds since 1970. */
  timestamp: number
  crc32: number
}

/** One batch of a partition: where it starts and ends, and the files that its rows are in. */
export interface ChainLink {
  /** Position where the batch starts, which is where its predecessor ends, and the position after its last message. */
  start: bigint
  end: bigint
  /** Hash of the table and of the options by which messages become rows. */
  shape: string
  /** Number of messages. 0 for a range that Kafka had deleted and whose loss was accepted. */
  messages: number
  first?: MessageMark
  last?: MessageMark
  /** Keys of its data files and of its file of rejected messages, which come from the batch's position. */
  files: readonly string[]
}

/** The last link of a chain. */
interface ChainEnd {
  link: ChainLink
  /** Whether all its files have been written. If so, they are never written again, whoever has removed them since. */
  isDone: boolean
}

/** The chain of a partition: create-once objects, one per batch, each named by where its batch starts. */
export interface Chain {
  /** The last link; undefined for a new chain. */
  end(): Promise<ChainEnd | undefined>
  /** Adds a link. Resolves with false if another writer has added one with this start. */
  add(link: ChainLink): Promise<boolean>
  isDone(link: ChainLink): Promise<boolean>
  /** Records that all files of a link have been written, or, with `isLost`, that those that are missing never will be. */
  finish(link: ChainLink, options?: { isLost?: boolean }): Promise<void>
}

/**
 * The chain of a partition, in a lake's store. Rejects with an Error for an object that is no link. `attempt` runs what needs the store, and
 * may do so several times.
 */
export function chainOf(
  store: LakeStore,
  { table, topic, partition }: { table: string; topic: string; partition: number },
  attempt: <T>(work: () => Promise<T>) => Promise<T> = (work) => work(),
): Chain {
  const prefix = `${streamPrefix}${table}/${topic}/${partition}/`
  const key = ({ start }: Pick<ChainLink, 'start'>, ending: 'json' | 'done') =>
    `${prefix}${String(start).padStart(20, '0')}.${ending}`
  const isDone = async (link: ChainLink) => (await attempt(() => store.find(key(link, 'done')))) !== undefined
  const read = async (linkKey: string) =>
    parseLink(
      new TextDecoder().decode(await attempt(() => store.read(linkKey))),
      `${store.location}/${linkKey}`,
    )
  const lastKey = async () => {
    let last: string | undefined
    for await (const object of store.list(prefix)) if (object.key.endsWith('.json')) last = object.key
    return last
  }
  return {
    isDone,
    async end() {
      const last = await attempt(lastKey)
      if (last === undefined) return undefined
      const link = await read(last)
      return { link, isDone: await isDone(link) }
    },
    async add(link) {
      const text = linkText(link)
      const { written } = await attempt(() =>
        store.write(key(link, 'json'), [new TextEncoder().encode(text)]),
      )
      // A store may have taken the object and lost its answer.
      return written || linkText(await read(key(link, 'json'))) === text
    },
    async finish(link, { isLost = false } = {}) {
      const text = `${JSON.stringify(isLost ? { isLost } : {})}\n`
      await attempt(() => store.write(key(link, 'done'), [new TextEncoder().encode(text)]))
    },
  }
}

/** What identifies a message: two topics with the same name have different ones. */
export function markOf({ offset, timestamp, value }: Message): MessageMark {
  return { offset, timestamp, crc32: crc32(value ?? '') }
}

export function isSameMark(mark: MessageMark, other: MessageMark): boolean {
  return mark.offset === other.offset && mark.timestamp === other.timestamp && mark.crc32 === other.crc32
}

const positions = new Set(['start', 'end', 'offset'])

function linkText({ start, end, shape, messages, first, last, files }: ChainLink): string {
  const value = { start, end, shape, messages, first, last, files }
  const asText = (_name: string, each: unknown) => (typeof each === 'bigint' ? String(each) : each)
  return `${JSON.stringify(value, asText, 2)}\n`
}

function parseLink(text: string, where: string): ChainLink {
  const asPosition = (name: string, each: unknown) =>
    positions.has(name) && typeof each === 'string' && /^\d{1,19}$/.test(each) ? BigInt(each) : each
  try {
    const value: unknown = JSON.parse(text, asPosition)
    if (isLink(value)) return value
  } catch {
    // It is reported below.
  }
  throw new Error(
    `${where} expected the record of a streamed batch, got something else: restore the object, or remove the folder of its topic to stream the topic into an empty table`,
  )
}

function isLink(value: unknown): value is ChainLink {
  if (typeof value !== 'object' || value === null) return false
  const { start, end, shape, messages, files } = value as Record<keyof ChainLink, unknown>
  return (
    typeof start === 'bigint' &&
    typeof end === 'bigint' &&
    end > start &&
    typeof shape === 'string' &&
    typeof messages === 'number' &&
    Array.isArray(files) &&
    files.every((key) => typeof key === 'string')
  )
}
