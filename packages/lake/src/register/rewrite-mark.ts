import { type Table, tablePrefix } from '@minilake/schema'
import { readIfThere } from '../files/read-if-there.js'
import { intentPrefix } from '../replace/intent.js'
import type { LakeStore } from '../lake-backend.js'

/** How the columns of older files become those of a definition, apart from what their names and types say. */
export interface ColumnChanges {
  /** Columns of the definition by former name: `{ power: 'load' }`. */
  readonly map: Readonly<Record<string, string>>
  /** Former columns whose values are given up. */
  readonly drop: readonly string[]
}

/** Marks a table whose files are being rewritten: until all of them are, they have different columns, and nothing else may read them. */
export function rewriteMarkKey(table: Table): string {
  return `${intentPrefix}${tablePrefix(table)}rewrite.json`
}

/** The changes that the rewriting of a table applies; undefined if none is under way. */
export async function readRewriteMark(table: Table, store: LakeStore): Promise<ColumnChanges | undefined> {
  const text = await readIfThere(store, rewriteMarkKey(table))
  return text === undefined ? undefined : changesIn(text)
}

/** Writes the mark of a table, in place of an earlier one. */
export async function writeRewriteMark(
  table: Table,
  { map, drop }: ColumnChanges,
  store: LakeStore,
  signal: AbortSignal,
): Promise<void> {
  const text = `${JSON.stringify({ map, drop }, undefined, 2)}\n`
  await store.write(rewriteMarkKey(table), [new TextEncoder().encode(text)], { overwrite: true, signal })
}

/** A mark that cannot be read still is one: its changes must then be given again. */
function changesIn(text: string): ColumnChanges {
  try {
    const { map, drop } = JSON.parse(text) as Partial<ColumnChanges>
    return { map: Object.fromEntries(Object.entries(map ?? {})), drop: [...(drop ?? [])] }
  } catch {
    return { map: {}, drop: [] }
  }
}
