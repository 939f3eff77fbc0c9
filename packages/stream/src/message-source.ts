/** A message of a topic. */
export interface Message {
  /** Its position in its partition. Positions may have gaps. */
  offset: bigint
  /** Its time in Kafka, in milliseconds since 1970. */
  timestamp: number
  /** Null for a message without a value. */
  value: Uint8Array | null
}

/** What a source reports, in order. */
export type SourceEvent =
  /** These partitions, and no others, are read from now on. Nothing comes of a partition until `seek` has been called for it. */
  | { readonly kind: 'assigned'; readonly partitions: readonly number[] }
  /** Messages of a partition from position `from` up to `through` (not included), which may be none. */
  | {
      readonly kind: 'messages'
      readonly partition: number
      readonly messages: readonly Message[]
      readonly from: bigint
      readonly through: bigint
    }
  /** Nothing has come for a while. */
  | { readonly kind: 'idle' }

/** The positions that a partition holds: from `first` up to `end` (not included). */
export interface PartitionBounds {
  readonly partition: number
  readonly first: bigint
  readonly end: bigint
}

/**
 * The messages of a topic, shared with the other readers of a group. Pulling slowly is the backpressure: a source holds at most one fetch
 * that has not been pulled.
 */
export interface MessageSource {
  /** The topic's name. */
  readonly topic: string
  /** The positions that the topic holds now, ordered by partition. */
  bounds(): Promise<PartitionBounds[]>
  /**
   * What happens, in order; an `idle` event after `idleMillis` without another. Ends when the signal is aborted. Rejects when the source
   * fails for good. To be called once.
   */
  events(options: { signal: AbortSignal; idleMillis: number }): AsyncIterable<SourceEvent>
  /** Reads an assigned partition from this position on. */
  seek(partition: number, offset: bigint): void
  /** Tells the group that everything before a position is done. Resolves with false where that is refused: it is a hint, not the truth. */
  commit(partition: number, offset: bigint): Promise<boolean>
  /** Leaves the group. Calling it again does nothing. */
  close(): Promise<void>
}
