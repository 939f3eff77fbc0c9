import type { StoredObject } from '@minilake/ingest'
import { partitionsOf, type Table, tablePrefix } from '@minilake/schema'
import { footerFault } from '../files/footer-fault.js'
import { keyFault } from '../files/key-fault.js'
import { readableFooter } from '../files/lake-file.js'
import { mappedInOrder } from '../files/mapped-in-order.js'
import { partitionFault } from '../files/partition-fault.js'
import { dataFilesOf, type LakeBackend } from '../lake-backend.js'
import { count } from '../text.js'
import { type Check, FailedCheck, type Fault, firstLine } from './diagnose.js'

/** The fix for an unreadable data file. */
export const publishAgain = 'publish it again (minilake ingest --overwrite), or remove it'

/**
 * Checks every key below a table and the footer of every data file, and names all that an engine would misread. Adds the keys to
 * `misread`.
 */
export function deepChecks(
  lake: LakeBackend,
  { misread, signal }: { misread: Set<string>; signal: AbortSignal },
): Check[] {
  return [
    {
      name: 'keys',
      isIndependent: true,
      run: async () => {
        let keys = 0
        const faults: Fault[] = []
        for (const table of lake.tables) {
          for await (const { key } of lake.store.list(tablePrefix(table))) {
            signal.throwIfAborted()
            keys += 1
            const fault = keyFault(table, key)
            if (fault !== undefined) faults.push({ key, fault, fix: strayFix(table) })
          }
        }
        for (const { key } of faults) misread.add(key)
        return unlessFaulty(faults, `${count(keys, 'key')} of ${count(lake.tables.length, 'table')}`)
      },
    },
    {
      name: 'footers',
      isIndependent: true,
      run: async () => {
        let [files, untimed] = [0, 0]
        const faults: Fault[] = []
        for (const table of lake.tables) {
          const look = async (file: StoredObject) => {
            signal.throwIfAborted()
            files += 1
            const { fault, isUntimed } = await lookAtFile(table, file, lake.store)
            if (isUntimed) untimed += 1
            if (fault) faults.push({ key: file.key, ...fault })
          }
          for await (const _looked of mappedInOrder(dataFilesOf(table, lake.store), look));
        }
        for (const { key } of faults) misread.add(key)
        const unknown =
          untimed === 0 ? '' : `; ${count(untimed, 'file')} without statistics of the time: days not checked`
        return unlessFaulty(
          faults,
          `${count(files, 'footer')} read${unknown}; values were not looked at (minilake verify reads them)`,
        )
      },
    },
  ]
}

/** Throws a FailedCheck with the faults, ordered by key; returns the finding if there is none. */
export function unlessFaulty(faults: readonly Fault[], finding: string): string {
  const [first, ...others] = faults.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  if (first === undefined) return finding
  const more = others.length === 0 ? '' : `, and ${others.length.toLocaleString('en-US')} more`
  throw new FailedCheck(`${first.key}: ${first.fault}${more}`, {
    fix: first.fix,
    faults: [first, ...others],
  })
}

interface Look {
  fault?: Omit<Fault, 'key'>
  /** Whether the footer does not tell the days of the rows. */
  isUntimed: boolean
}

async function lookAtFile(table: Table, file: StoredObject, store: LakeBackend['store']): Promise<Look> {
  const footer = await readableFooter(file, store)
  if (footer instanceof Error)
    return { fault: { fault: firstLine(footer), fix: publishAgain }, isUntimed: false }
  const unfit = footerFault(table, footer)
  if (unfit !== undefined) return { fault: { fault: unfit, fix: publishAgain }, isUntimed: false }
  const times = partitionsOf(table).map(([, { from }]) => footer.columns.find(({ name }) => name === from))
  if (footer.rowCount > 0 && times.some((time) => !(time?.min instanceof Date && time.max instanceof Date)))
    return { isUntimed: true }
  const misplaced = partitionFault(table, file.key, footer)
  if (misplaced === undefined) return { isUntimed: false }
  const fix = 'import the file (minilake import sorts rows into their days), ingest the result, and remove it'
  return { fault: { fault: misplaced, fix }, isUntimed: false }
}

function strayFix(table: Table): string {
  return `move it out of ${tablePrefix(table)}, or import it with minilake import`
}
