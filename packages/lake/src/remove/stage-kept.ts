import { partitionBatches, pickRows } from '@minilake/partition'
import { type Batch, parsePartitionPath, type Table, tablePrefix } from '@minilake/schema'
import type { Condition } from '../condition/condition.js'
import { matchingRows } from '../condition/matching-rows.js'
import { folderOf } from '../files/folder-of.js'
import type { NewDataFile, NewFiles } from '../replace/new-files.js'
import { storedRows } from '../replace/stored-rows.js'
import { stageFile } from '../write/stage-file.js'
import type { JudgedFile, RemovalContext, SplitFiles } from './split-files.js'

/**
 * Stages the files of one folder again without the rows for which a condition is true. A new file has the rows of one old file. Where its name
 * would be that of another, because both have the same rows, it has the rows of both. Resolves with the new files, and with the files
 * among `others` whose rows are in them.
 */
export async function stageKept(
  { rewritten, others }: Pick<SplitFiles, 'rewritten' | 'others'>,
  stage: NewFiles,
  context: RemovalContext,
): Promise<{ add: NewDataFile[]; joined: JudgedFile[] }> {
  const staged = new Map<string, { file: NewDataFile; parts: readonly Part[] }>()
  const joined: JudgedFile[] = []
  let round: (readonly Part[])[] = rewritten.map((file) => [{ file, without: context.scope.condition }])
  while (round.length > 0) {
    const alike = new Map<string, readonly Part[]>()
    for (const parts of round) {
      const file = await stageParts(parts, stage, context)
      const other = others.find(({ object }) => object.key === file.key)
      const twins =
        alike.get(file.key) ?? staged.get(file.key)?.parts ?? (other && [{ file: other, without: undefined }])
      if (twins === undefined) {
        staged.set(file.key, { file, parts })
        continue
      }
      if (other && !joined.includes(other)) joined.push(other)
      staged.delete(file.key)
      alike.set(file.key, [...twins, ...parts])
    }
    round = [...alike.values()]
  }
  return { add: [...staged.values()].map(({ file }) => file), joined }
}

/** Rows of a file: all, or those for which a condition is not true. */
interface Part {
  file: JudgedFile
  without: Condition | undefined
}

/** Stages rows of files of one folder as one file, in the order of the table's `sortedBy`. */
async function stageParts(
  parts: readonly Part[],
  stage: NewFiles,
  { table, store, ...reading }: RemovalContext,
): Promise<NewDataFile> {
  const kept = async function* () {
    for (const { file, without } of parts) {
      for await (const batch of storedRows(table, [file.object], store, reading)) {
        const rest = without ? withoutMatches(table, batch, without) : batch
        if (rest.rowCount > 0) yield rest
      }
    }
  }
  const folder = folderOf(parts[0]?.file.object.key ?? '')
  const partition = parsePartitionPath(folder.slice(tablePrefix(table).length))
  const imports = [...new Set(parts.flatMap(({ file }) => file.imports))]
  const spill = reading.duckDb.tempFolder
  // The rows stay in their folder, whatever their times say.
  const sorted = partitionBatches({ ...table, partitions: {} }, kept(), {
    ...(spill !== undefined && { spillFolder: spill }),
  })
  for await (const { batches } of sorted)
    return await stageFile(table, { partition, batches }, stage, { prefix: 'remove', imports })
  throw new Error(`${folder}: expected rows that stay, got none: files have changed, try again`)
}

function withoutMatches(table: Table, batch: Batch, condition: Condition): Batch {
  const matches = matchingRows(condition, batch)
  const kept: number[] = []
  matches.forEach((isMatch, row) => {
    if (isMatch === 0) kept.push(row)
  })
  return kept.length === batch.rowCount ? batch : pickRows(table, batch, Uint32Array.from(kept))
}
