/** What a store holds at the key of an object to be published, compared with that object. */
export type StoredState = 'nothing' | 'same' | 'other' | 'unknown'

/** What to do with an object to be published. */
export type PublishDecision = 'create' | 'unchanged' | 'conflict' | 'unverifiable' | 'replace'

const decisions: Record<StoredState, { keep: PublishDecision; overwrite: PublishDecision }> = {
  nothing: { keep: 'create', overwrite: 'create' },
  same: { keep: 'unchanged', overwrite: 'unchanged' },
  other: { keep: 'conflict', overwrite: 'replace' },
  unknown: { keep: 'unverifiable', overwrite: 'replace' },
}

/**
 * Decides by what the store holds at the key:
 *
 * | stored                           | overwrite | decision     |
 * | -------------------------------- | --------- | ------------ |
 * | nothing                          | any       | create       |
 * | the same content                 | any       | unchanged    |
 * | other content                    | no        | conflict     |
 * | other content                    | yes       | replace      |
 * | content that cannot be compared  | no        | unverifiable |
 * | content that cannot be compared  | yes       | replace      |
 *
 * Objects with other bytes, or bytes that cannot be compared, are the same content if the caller's `isSameContent` says so.
 */
export function decidePublish({
  stored,
  overwrite,
}: {
  stored: StoredState
  overwrite: boolean
}): PublishDecision {
  return decisions[stored][overwrite ? 'overwrite' : 'keep']
}
