/** What a store has under the key of an object that is to be published. */
export type StoredState = 'nothing' | 'same' | 'other' | 'unknown'

/** What to do with an object that is to be published. */
export type PublishDecision = 'create' | 'unchanged' | 'conflict' | 'unverifiable' | 'replace'

const decisions: Record<StoredState, { keep: PublishDecision; overwrite: PublishDecision }> = {
  nothing: { keep: 'create', overwrite: 'create' },
  same: { keep: 'unchanged', overwrite: 'unchanged' },
  other: { keep: 'conflict', overwrite: 'replace' },
  unknown: { keep: 'unverifiable', overwrite: 'replace' },
}

/**
 * Decides by what the store has under the key:
 *
 * | stored                           | overwrite | decision     |
 * | -------------------------------- | --------- | ------------ |
 * | nothing                          | any       | create       |
 * | the same content                 | any       | unchanged    |
 * | other content                    | no        | conflict     |
 * | other content                    | yes       | replace      |
 * | content that cannot be compared  | no        | unverifiable |
 * | content that cannot be compared  | yes       | replace      |
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
