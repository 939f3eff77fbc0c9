import type { Table } from '@minilake/schema'
import { openSources, type ReadOptions, type Readings } from './open-readings.js'

/** Options of `openMessages`: how values are read, as in files. */
export type MessageOptions = Omit<
  ReadOptions,
  | 'maxBadRows'
  | 'format'
  | 'encoding'
  | 'delimiter'
  | 'quote'
  | 'noHeader'
  | 'skipLines'
  | 'skipAfterHeader'
  | 'comment'
>

/** How many bytes of messages are written at once. */
const chunkBytes = 256 * 1024

/**
 * Opens messages, each of which is a JSON object, as a file of such lines is opened, except that each stands for itself: a message that
 * does not fit the table is a bad row, with its number (from 1) as its line, and never an error. Null is a message without a value, and bad.
 * Messages are read in order. Throws a RangeError for invalid options.
 */
export async function openMessages<T extends Table>(
  table: T,
  messages: Iterable<Uint8Array | null>,
  options: MessageOptions & { /** What bad rows call their file. */ name: string },
): Promise<Readings<T>> {
  const { name, ...read } = options
  const file = { name, bytes: linesOf(messages) }
  return openSources(table, [file], {
    ...read,
    format: 'ndjson',
    encoding: 'utf-8',
    maxBadRows: Number.MAX_SAFE_INTEGER,
    isMessages: true,
  })
}

const [lineFeed, carriageReturn, space] = [0x0a, 0x0d, 0x20]
const noValue = Buffer.from('null')

/** A line for each message. Line ends within one are blanks, which mean the same in JSON. */
// eslint-disable-next-line @typescript-eslint/require-await
async function* linesOf(messages: Iterable<Uint8Array | null>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = []
  let size = 0
  for (const message of messages) {
    const line = Buffer.from(message === null || isBlank(message) ? noValue : message)
    for (const [at, byte] of line.entries())
      if (byte === lineFeed || byte === carriageReturn) line[at] = space
    // A blank at the start keeps a first message from being taken for a packed file.
    parts.push(Buffer.of(space), line, Buffer.of(lineFeed))
    size += line.length + 2
    if (size < chunkBytes) continue
    yield Buffer.concat(parts)
    parts = []
    size = 0
  }
  if (parts.length > 0) yield Buffer.concat(parts)
}

function isBlank(message: Uint8Array): boolean {
  return message.every(
    (byte) => byte === space || byte === 0x09 || byte === lineFeed || byte === carriageReturn,
  )
}
