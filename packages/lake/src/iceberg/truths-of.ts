import { truthSubject } from '@minilake/generator'
import type { Table } from '@minilake/schema'
import type { LakeStore } from '../lake-backend.js'
import { truthFilesOf } from '../truth/truth-file.js'
import { digitsOf, keyDigits } from './batch.js'

/** The truth files of the data files that some batches are of: their keys, each with the `keyDigits` of its data file. */
export async function truthsOf(
  table: Table,
  store: LakeStore,
  batches: readonly string[],
): Promise<Map<string, string>> {
  const wanted = new Set(batches.map(digitsOf))
  const truths = new Map<string, string>()
  if (wanted.size === 0) return truths
  for await (const { key } of truthFilesOf(table, store)) {
    const digits = keyDigits(truthSubject(key))
    if (wanted.has(digits)) truths.set(key, digits)
  }
  return truths
}
