import { QueryError, type ResultRows } from '@minilake/analytics'
import type { StoredObject } from '@minilake/ingest'
import { type Column, type Table, tablePrefix } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'
import { enginePath } from './engine-path.js'
import { footerFault } from './footer-fault.js'
import { keyFault } from './key-fault.js'
import { readableFooter } from './lake-file.js'

/** Where engines report what they find in a file, without always naming the file. */
const fileErrors =
  /^(Invalid Error|IO Error)\b|\((HIVE_BAD_DATA|HIVE_CURSOR_ERROR|HIVE_CANNOT_OPEN_SPLIT|GENERIC_INTERNAL_ERROR)\)$/

/** How engines say that a file which they had listed is gone. Trino may say no more than its path, twice. */
const goneErrors =
  /no such file or directory|does not exist|not found|no files found|NoSuchKey|Error opening Hive split (.+) \(offset=\d+, length=\d+\): \1( |$)/i

/** How Trino says that a partition left the catalog after the query had listed it. */
const partitionGone = /\(HIVE_PARTITION_DROPPED_DURING_QUERY\)$/

/**
 * A query's failure that names the data file which caused it, what is wrong with that file, and what to do; any other error unchanged. Lists
 * the tables' keys to find out.
 */
export async function fileFailure(
  error: unknown,
  lake: Pick<LakeBackend, 'servers' | 'store'>,
  tables: readonly Table[],
): Promise<unknown> {
  if (!(error instanceof QueryError)) return error
  if (partitionGone.test(sentenceOf(error)))
    return explained(
      error,
      `${sentenceOf(error)} (the partition was changed or removed while the query ran: run it again)`,
    )
  for (const table of tables) {
    const key = await namedKey(error.message, table, lake)
    if (key === undefined) continue
    // If the store fails too, the engine's words are all that is known.
    const fault = await fileFault(table, key, lake.store).catch(() => undefined)
    if (fault === undefined && goneErrors.test(sentenceOf(error))) break // it is there again: its folder was being replaced
    const why = fault ?? sentenceOf(error)
    return explained(
      error,
      `${lake.store.location}/${key.key} cannot be read: ${why} (minilake doctor --deep names every such file)`,
    )
  }
  if (!fileErrors.test(sentenceOf(error))) return error
  const advice = goneErrors.test(sentenceOf(error))
    ? 'a data file was removed or replaced while the query ran: run it again'
    : 'a data file may be damaged: minilake doctor --deep reads every footer, and minilake verify all values'
  return explained(error, `${sentenceOf(error)} (${advice})`)
}

/** Rows that fail as `fileFailure` says. */
export function namingFiles<R, C extends Readonly<Record<string, Column>>>(
  rows: ResultRows<R, C>,
  lake: Pick<LakeBackend, 'servers' | 'store'>,
  tables: readonly Table[],
): ResultRows<R, C> {
  async function* naming<Item>(items: AsyncIterable<Item>) {
    try {
      yield* items
    } catch (error) {
      throw await fileFailure(error, lake, tables)
    }
  }
  return {
    columns: () =>
      rows.columns().catch(async (error: unknown) => {
        throw await fileFailure(error, lake, tables)
      }),
    batches: () => naming(rows.batches()),
    [Symbol.asyncIterator]: () => naming(rows),
  }
}

/** What is wrong with a file, by its key and its footer; undefined if nothing is. Rejects as `readableFooter` does. */
export async function fileFault(
  table: Table,
  file: StoredObject,
  store: LakeBackend['store'],
): Promise<string | undefined> {
  const footer = await readableFooter(file, store)
  if (footer instanceof Error) return footer.message
  return footerFault(table, footer) ?? keyFault(table, file.key)
}

/** The object of a table that an engine's message names. */
async function namedKey(
  message: string,
  table: Table,
  lake: Pick<LakeBackend, 'servers' | 'store'>,
): Promise<StoredObject | undefined> {
  if (!message.includes(enginePath(lake, tablePrefix(table)))) return undefined
  for await (const object of lake.store.list(tablePrefix(table)))
    if (message.includes(enginePath(lake, object.key))) return object
  return undefined
}

/** An engine's message without the place in the SQL and the advice that follow it. */
function sentenceOf({ message }: Error): string {
  return message.split('\n')[0] ?? ''
}

function explained(cause: QueryError, message: string): QueryError {
  const { sql, code, errorName } = cause
  return new QueryError(message, {
    sql,
    cause,
    ...(code !== undefined && { code }),
    ...(errorName !== undefined && { errorName }),
  })
}
