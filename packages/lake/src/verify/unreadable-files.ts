import { hourlyStatistics, QueryError } from '@minilake/analytics'
import type { StoredObject } from '@minilake/ingest'
import { isDataFileKey, type Table, tablePrefix } from '@minilake/schema'
import { enginePath } from '../files/engine-path.js'
import { fileFault } from '../files/file-failure.js'
import { keyFault } from '../files/key-fault.js'
import { mappedInOrder } from '../files/mapped-in-order.js'
import type { LakeBackend } from '../lake-backend.js'

/** Most queries that look for unreadable files; beyond, the engine's own failure is reported. */
const mostProbes = 64

/** The objects of a table, and why an engine cannot read some of them. */
export interface Readability {
  /** Keys of the data files that the engine reads, in order. */
  readable: string[]
  /** All other keys below the table. */
  others: string[]
  /** What is wrong with each unreadable file, by key. */
  unreadable: Map<string, string>
}

/**
 * Finds the files that make an engine fail with `failure`: by their footers, then by asking the engine for some files at a time.
 * Rejects with `failure` when no file explains it.
 */
export async function unreadableFiles(
  table: Table,
  lake: Pick<LakeBackend, 'servers' | 'store' | 'openEngineOver'>,
  { failure, signal }: { failure: QueryError; signal: AbortSignal },
): Promise<Readability> {
  const unreadable = new Map<string, string>()
  const keys: string[] = []
  const files: StoredObject[] = []
  for await (const object of lake.store.list(tablePrefix(table))) {
    keys.push(object.key)
    if (isDataFileKey(table, object.key)) files.push(object)
  }
  const look = async (file: StoredObject) => {
    signal.throwIfAborted()
    const fault = await fileFault(table, file, lake.store)
    if (fault !== undefined) unreadable.set(file.key, fault)
  }
  for await (const _looked of mappedInOrder(files, look));

  let probes = 0
  const othersOf = (chosen: readonly string[]) => {
    const set = new Set(chosen)
    return keys.filter((key) => !set.has(key))
  }
  const probe = async (chosen: readonly string[]): Promise<void> => {
    if (chosen.length === 0) return
    if (probes++ === mostProbes) throw failure
    const engine = await lake.openEngineOver(table, chosen, othersOf(chosen))
    try {
      for await (const _hour of engine.query(hourlyStatistics(table), { signal }));
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof QueryError)) throw error
      await engine.close()
      const named = chosen.filter((key) => error.message.includes(enginePath(lake, key)))
      const bad = chosen.length === 1 ? chosen : named
      for (const key of bad) unreadable.set(key, error.message.split('\n')[0] ?? '')
      const rest = chosen.filter((key) => !bad.includes(key))
      if (bad.length > 0) return probe(rest)
      const middle = Math.ceil(chosen.length / 2)
      await probe(chosen.slice(0, middle))
      await probe(chosen.slice(middle))
    } finally {
      await engine.close()
    }
  }
  const isReadable = ({ key }: StoredObject) => !unreadable.has(key)
  await probe(files.filter(isReadable).map(({ key }) => key))
  const readable = files.filter(isReadable).map(({ key }) => key)
  // Where every data file can be read, another object in their folders is in the way.
  if (unreadable.size === 0) {
    for (const key of othersOf(readable)) {
      const fault = keyFault(table, key)
      if (fault !== undefined) unreadable.set(key, fault)
    }
  }
  if (unreadable.size === 0) throw failure
  return { readable, others: othersOf(readable), unreadable }
}
