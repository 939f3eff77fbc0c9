/** What to do with an object that is to be published. */
export type PublishDecision = 'create' | 'unchanged' | 'conflict' | 'replace'

/**
 * Decides by what the store has under the key:
 *
 * | stored             | overwrite | decision  |
 * | ------------------ | --------- | --------- |
 * | nothing            | any       | create    |
 * | the same content   | any       | unchanged |
 * | other content      | no        | conflict  |
 * | other content      | yes       | replace   |
 */
export function decidePublish({
  stored,
  overwrite,
}: {
  stored: 'nothing' | 'same' | 'other'
  overwrite: boolean
}): PublishDecision {
  if (stored === 'nothing') return 'create'
  if (stored === 'same') return 'unchanged'
  return overwrite ? 'replace' : 'conflict'
}
