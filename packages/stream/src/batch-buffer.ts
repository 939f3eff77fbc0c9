import type { Message } from './message-source.js'

/** When a batch of messages is cut. Whichever comes first. */
export interface BatchLimits {
  /** Number of messages. */
  rows: number
  /** Bytes of the messages' values. */
  bytes: number
  /** Seconds since the first message came. */
  seconds: number
}

/** Messages of a partition, in order, that are not yet a batch. */
export interface BatchBuffer {
  readonly messages: readonly Message[]
  /** Adds the next message. */
  add(message: Message): void
  /** Whether the batch is to be cut by its rows or its bytes. */
  isFull(): boolean
  /** Whether the batch is to be cut by its age. Never for a batch without messages. */
  isDue(): boolean
}

/** Gathers messages up to limits. `now` is a clock in milliseconds that never goes back. */
export function batchBuffer({ rows, bytes, seconds }: BatchLimits, now: () => number): BatchBuffer {
  const messages: Message[] = []
  let size = 0
  let since = 0
  return {
    messages,
    add(message) {
      if (messages.length === 0) since = now()
      messages.push(message)
      size += message.value?.byteLength ?? 0
    },
    isFull: () => messages.length >= rows || size >= bytes,
    isDue: () => messages.length > 0 && now() - since >= seconds * 1000,
  }
}
