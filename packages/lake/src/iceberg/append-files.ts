import { icebergAppend, icebergBatches, icebergReplacement, type StagedFiles } from '@minilake/catalog'
import type { TrinoEngine } from '@minilake/analytics/trino'
import { truthKey } from '@minilake/generator'
import type { Table } from '@minilake/schema'
import { isSameBatch } from './batch.js'
import { batchChecks } from './batch-checks.js'
import { recorded } from './change-record.js'
import { committed } from './committed.js'
import { rowsOfQuery } from './rows-of-query.js'
import { settleChanges } from './settle-changes.js'
import type { IcebergFile } from './iceberg-file.js'
import { type IcebergLake, withStaging, withTrino } from './with-staging.js'

/** What became of a file: `conflict` if the table has other rows of its key, which stay. */
export type AppendOutcome = 'published' | 'replaced' | 'unchanged' | 'conflict'

/**
 * Adds the rows of data files to an Iceberg table by one statement: all of them or, after a failure, none. Each file counts once, however many
 * writers and reruns add it; a file without rows is unchanged. With `overwrite`, files replace other rows of their keys, whose truth goes
 * first, so that a run that dies leaves no truth of rows that are gone. Resolves with the outcomes by key.
 */
export async function appendFiles(
  table: Table,
  lake: IcebergLake,
  files: readonly IcebergFile[],
  { overwrite = false, signal }: { overwrite?: boolean; signal: AbortSignal },
): Promise<Map<string, AppendOutcome>> {
  const outcomes = new Map<string, AppendOutcome>(files.map(({ file }) => [file.key, 'unchanged']))
  const withRows = files.filter(({ rows }) => rows > 0)
  if (withRows.length === 0) return outcomes
  const { store } = lake
  const before = await withTrino(lake, async (engine) => {
    await settleChanges(table, { store, engine, signal })
    return outcomesIn(table, engine, withRows, signal)
  })
  const isNew = (key: string) => !before.has(key) || (overwrite && before.get(key) === 'conflict')
  for (const [key, outcome] of before) outcomes.set(key, outcome)
  const added = withRows.filter(({ file }) => isNew(file.key))
  if (added.length === 0) return outcomes
  await withStaging(table, lake, added, signal, async (engine, staged) => {
    const { staging } = staged
    const adds = await batchChecks(table, engine, { staging, files: added, signal })
    return committed(table, { store, engine, signal }, async () => {
      // Another writer may have added some of them meanwhile.
      const there = await outcomesIn(table, engine, added, signal)
      const others = added.filter(({ file }) => there.get(file.key) === 'conflict')
      const isReplacing = overwrite && others.length > 0
      const statement = isReplacing
        ? icebergReplacement(table, 'files', staged)
        : icebergAppend(table, staged)
      const missing = added.filter(({ file }) => !there.has(file.key))
      if (missing.length === 0 && !isReplacing) {
        for (const [key, outcome] of there) outcomes.set(key, outcome)
        return
      }
      const takes = others.map(({ keyDigits }) => keyDigits)
      if (isReplacing) for (const { file } of others) await store.remove(truthKey(file.key))
      const whole = async ([changed]: Record<string, unknown>[]) => {
        const expected = missing.reduce((sum, { rows }) => sum + rows, 0)
        // A writer that committed between the look and the statement has added some of them.
        const isWhole = isReplacing || Number(changed?.['rows']) === expected
        const after = isWhole ? there : await outcomesIn(table, engine, added, signal)
        for (const { file } of added) {
          const found = after.get(file.key)
          const isOurs =
            found === undefined ||
            (found === 'unchanged' && !there.has(file.key) && Number(changed?.['rows']) > 0)
          const replaced = found === 'conflict' && isReplacing ? 'replaced' : found
          outcomes.set(file.key, isOurs ? 'published' : (replaced ?? 'published'))
        }
        const isNow = ({ file }: IcebergFile) =>
          ['published', 'replaced'].includes(outcomes.get(file.key) ?? '')
        return added.filter(isNow).map(({ batch }) => batch)
      }
      const run = () => rowsOfQuery(engine, statement, signal)
      await recorded(table, store, { adds, ...(isReplacing && { takes }) }, { run, whole })
    })
  })
  return outcomes
}

/** Which files a table has already, by key: with the same rows (`unchanged`) or with others (`conflict`). */
async function outcomesIn(
  table: Table,
  engine: TrinoEngine,
  files: readonly IcebergFile[],
  signal: AbortSignal,
): Promise<Map<string, 'unchanged' | 'conflict'>> {
  const staged: StagedFiles = {
    staging: '',
    keyDigits: files.map((file) => file.keyDigits),
    partitions: files.map(({ partition }) => partition),
  }
  const batches = new Map<string, string>()
  for (const { batch } of await rowsOfQuery(engine, icebergBatches(table, 'files', staged), signal)) {
    const digits = String(batch).slice(0, 16)
    const file = files.find((each) => each.keyDigits === digits)
    // Rows of both may be there after a replacement of some of them: other rows are what a user must hear of.
    if (file && !(batches.has(digits) && isSameBatch(String(batch), file.batch)))
      batches.set(digits, String(batch))
  }
  const found = new Map<string, 'unchanged' | 'conflict'>()
  for (const { file, batch, keyDigits } of files) {
    const there = batches.get(keyDigits)
    if (there !== undefined) found.set(file.key, isSameBatch(there, batch) ? 'unchanged' : 'conflict')
  }
  return found
}
