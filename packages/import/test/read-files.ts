import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Batch, columnsOf, type Table } from '@minilake/schema'
import { onTestFinished } from 'vitest'
import { openReadings, type ReadingFile, type ReadOptions, type ReadReport } from '../src/index.js'

/** A value as a batch holds it: timestamps in microseconds, dates in days, booleans as 0 or 1. */
export type HeldValue = bigint | number | string | null

/** A new folder that is removed when the test ends. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-import-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Writes files to a new folder and returns their paths. */
export async function filesWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string[]> {
  const folder = await tempFolder()
  const paths = Object.keys(files).map((name) => join(folder, name))
  for (const [index, content] of Object.values(files).entries())
    await writeFile(paths[index] as string, content)
  return paths
}

/** The rows of batches, each with its values in the order of the table's columns. */
export function rowsOf(table: Table, batches: readonly Batch[]): HeldValue[][] {
  return batches.flatMap(({ rowCount, columns, nulls }) =>
    Array.from({ length: rowCount }, (_, row) =>
      columnsOf(table).map(([name]) => {
        const isNull = (nulls as Readonly<Record<string, Uint8Array>> | undefined)?.[name]?.[row] === 1
        return isNull ? null : (columns[name]?.[row] as HeldValue)
      }),
    ),
  )
}

/** The result of reading files. */
export interface ReadResult {
  rows: HeldValue[][]
  report: Readonly<ReadReport>
}

/** Reads files to the end. */
export async function readFiles(
  table: Table,
  files: readonly ReadingFile[],
  options: ReadOptions = {},
): Promise<ReadResult> {
  const readings = await openReadings(table, files, options)
  try {
    const batches: Batch[] = []
    for await (const batch of readings.batches()) batches.push(batch)
    return { rows: rowsOf(table, batches), report: readings.report }
  } finally {
    await readings.close()
  }
}

/** Reads one file with the given name and content. */
export async function readText(
  table: Table,
  name: string,
  content: string | Uint8Array,
  options: ReadOptions = {},
): Promise<ReadResult> {
  return readFiles(table, await filesWith({ [name]: content }), options)
}
