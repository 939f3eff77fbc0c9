import { join } from 'node:path'
import { folderStore } from '@minilake/ingest'
import { storeOf } from '../../packages/lake/test/running-stack.js'
import type { LakePlace } from './dying-lake.js'

/** What shows in a lake that a change of its files is under way: the intent of a partition, or else the mark of a rewriting. */
export async function changesUnderWay({ folder, stack }: LakePlace): Promise<'intent' | 'mark' | undefined> {
  const store = stack ? storeOf(stack) : folderStore({ folder: join(folder, 'lake', 'iot-time-series') })
  let found: 'mark' | undefined
  for await (const { key } of store.list('_intents/')) {
    if (key.endsWith('/intent.json')) return 'intent'
    if (key.endsWith('/rewrite.json')) found = 'mark'
  }
  return found
}
