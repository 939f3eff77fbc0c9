import { checkFooter, createdBy, type Footer } from '@minilake/parquet'
import type { StoredObject } from '@minilake/ingest'
import { footerFault } from '../files/footer-fault.js'
import { isSameObject } from '../files/is-same-object.js'
import { columnsOf, sqlTableName, type Table } from '@minilake/schema'
import { readableFooter } from '../files/lake-file.js'
import { mostTrustMillis } from '../replace/intent-lock.js'
import { readRewriteMark } from './rewrite-mark.js'
import { dataFilesOf, type LakeStore } from '../lake-backend.js'

/** Most footers that tell the shape of a table's files. */
const mostFooters = 16

/**
 * Compares the stored files of tables with their definitions. The result gives a table's difference in one sentence with the fix, or
 * undefined. A table may only gain nullable columns after its last one. `extent` says which footers are read: that of the first file,
 * which one request to a bucket finds, or of 16 files spread over the times at which they were written, oldest and newest among them.
 * Later calls read the first file again if it is another one, as after a rewrite; `trustMillis` is how long they do not look at all
 * (default 500). Files that cannot be read do not count. A file of another program fits if engines read it, so it may have more columns;
 * it counts only if no file fits.
 */
export function shapeChecks(
  storeOf: () => LakeStore,
  extent: 'first' | 'spread',
): (table: Table, trustMillis?: number) => Promise<string | undefined> {
  /** The first file of each table whose files fit, and when that was found. Later writers compare their definition, too. */
  const fitting = new Map<Table, { first: StoredObject; at: number }>()
  const unmarkedAt = new Map<Table, number>()
  return async (table, trustMillis = mostTrustMillis) => {
    const store = storeOf()
    const isTrusted = (at = -Infinity) => performance.now() - at < trustMillis
    if (!isTrusted(unmarkedAt.get(table))) {
      const underWay = await rewriteDifference(table, store)
      if (underWay !== undefined) return underWay
      unmarkedAt.set(table, performance.now())
    }
    const known = fitting.get(table)
    if (isTrusted(known?.at)) return undefined
    const [first] = await sampleOf(table, store, 'first')
    if (first === undefined) return undefined
    const isFirstKnown = known?.first.key === first.key && isSameObject(known.first, first)
    let misfit: string | undefined
    let isFitting = known !== undefined
    for (const file of isFirstKnown ? [] : known ? [first] : await sampleOf(table, store, extent)) {
      const footer = await readableFooter(file, store)
      if (footer instanceof Error) continue // it says nothing about the shape of the table
      const found = misfitOf(table, footer)
      if (found === undefined) {
        isFitting = true
        continue
      }
      const misfitting = `${store.location}/${file.key} ${found}`
      if (isOurs(footer)) return `${misfitting}: ${wayOut(table)}`
      misfit ??= `${misfitting}: another program wrote it, so import it (minilake import) and remove it there, or correct the definition`
    }
    if (isFitting) fitting.set(table, { first, at: performance.now() })
    return isFitting ? undefined : misfit
  }
}

/** What to do about a definition that does not fit the files of its table: the only place that says it. */
export function wayOut({ name }: Table): string {
  return `a table only gains nullable columns after its last one by itself, so rewrite it in the shape of its definition with minilake rewrite --table ${name}, or undo the change of the definition`
}

/** The same for an Iceberg table, whose columns Trino changes in place. */
export function icebergWayOut(table: Table): string {
  return `an Iceberg table only gains nullable columns after its last one by itself, so undo the change of the definition, or change the table with ALTER TABLE ${sqlTableName(table)} in Trino`
}

/** Says that the files of a table are being rewritten, or that this was interrupted; undefined if not. */
export async function rewriteDifference(table: Table, store: LakeStore): Promise<string | undefined> {
  if ((await readRewriteMark(table, store)) === undefined) return undefined
  return `table ${table.name} is being rewritten, or its rewriting was interrupted: minilake rewrite --table ${table.name} --yes completes it`
}

/** Throws an Error while the files of a table are being rewritten, or if that was interrupted: they have different columns. */
export async function checkNotRewritten(table: Table, store: LakeStore, undone: string): Promise<void> {
  const underWay = await rewriteDifference(table, store)
  if (underWay !== undefined) throw new Error(`nothing was ${undone}: ${underWay}`)
}

async function sampleOf(
  table: Table,
  store: LakeStore,
  extent: 'first' | 'spread',
): Promise<readonly StoredObject[]> {
  const files: StoredObject[] = []
  for await (const file of dataFilesOf(table, store)) {
    files.push(file)
    if (extent === 'first') return files
  }
  if (files.length <= mostFooters) return files
  files.sort((a, b) => Number(a.modified) - Number(b.modified))
  const step = (files.length - 1) / (mostFooters - 1)
  return Array.from({ length: mostFooters }, (_, index) => files[Math.round(index * step)] as StoredObject)
}

/** How a file's columns differ from the definition, as the end of a sentence; undefined if they do not. */
export function misfitOf(table: Table, footer: Footer): string | undefined {
  if (!isOurs(footer)) return footerFault(table, footer)
  try {
    checkFooter(table, footer)
  } catch (error) {
    return (error as Error).message
  }
  const mismatch = `does not fit table ${table.name}`
  const defined = columnsOf(table)
  for (const [index, { name, nullable }] of footer.columns.entries()) {
    const [expected, definition] = defined[index] ?? [name, undefined]
    if (name !== expected) return `${mismatch}: column ${index + 1} expected ${expected}, got ${name}`
    if (nullable === (definition?.nullable ?? false)) continue
    const [now, then] = nullable ? ['not nullable', 'nullable'] : ['nullable', 'not nullable']
    return `${mismatch}: column ${name} expected ${now}, got ${then}`
  }
  return undefined
}

/** Whether minilake wrote the file: then its columns are those of the table's definition at that time, in order. */
function isOurs(footer: Footer): boolean {
  return footer.createdBy?.split(' ')[0] === createdBy.split(' ')[0]
}
