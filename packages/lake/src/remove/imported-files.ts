import { count, firstLines } from '../text.js'
import { UsageError } from '../usage-error.js'

/** As `stagePartitions` makes it. */
const wholeId = /^[0-9a-f]{16}$/i

/** A data file, as far as its imports are concerned. */
export interface ImportedFile {
  key: string
  rows: number
  imports: readonly string[]
  /** When it was published, if the store says. */
  published: Date | undefined
}

/**
 * The ID of an import, by its first digits. A whole ID may be unknown: its rows may be gone already. Throws a UsageError that lists the imports
 * of the files for first digits that are unknown or not unique, and an Error for one whose rows lie in one file with rows of others.
 */
export function findImport(tableName: string, given: string, files: readonly ImportedFile[]): string {
  const known = importsOf(files)
  const matching = [...known.keys()].filter((id) => id.startsWith(given.toLowerCase()))
  const [id] = matching
  if (id === undefined && wholeId.test(given)) return given.toLowerCase()
  if (given.length < 8 || id === undefined || matching.length > 1) {
    const expected =
      given.length < 8
        ? 'at least 8 digits of the ID of an import'
        : matching.length > 1
          ? 'the ID of one import'
          : 'the ID of an import'
    throw new UsageError(`\`import\` expected ${expected} of ${tableName}, got ${given}; ${listed(known)}`)
  }
  checkUnmerged(id, files)
  return id
}

/** Throws an Error that names the files in which rows of an import lie together with rows of others. */
export function checkUnmerged(id: string, files: readonly ImportedFile[]): void {
  const merged = files.filter(({ imports }) => imports.includes(id) && imports.length > 1)
  if (merged.length === 0) return
  const keys = firstLines(
    merged.map(({ key }) => key),
    5,
  ).join(', ')
  throw new Error(
    `rows of import ${id} lie in one file with rows of other imports, and nothing tells them apart: ${keys}: remove rows by a condition (\`where\`), or import what is right into these days again with mode overwrite-partitions`,
  )
}

interface KnownImport {
  rows: number
  isMerged: boolean
  published: Date | undefined
}

function importsOf(files: readonly ImportedFile[]): Map<string, KnownImport> {
  const known = new Map<string, KnownImport>()
  for (const { rows, imports, published } of files) {
    for (const id of imports) {
      const found = known.get(id) ?? { rows: 0, isMerged: false, published }
      known.set(id, {
        rows: found.rows + rows,
        isMerged: found.isMerged || imports.length > 1,
        published: found.published && published && found.published > published ? found.published : published,
      })
    }
  }
  return known
}

/** The imports, newest first. */
function listed(known: ReadonlyMap<string, KnownImport>): string {
  if (known.size === 0) return 'none of its files names an import'
  const newestFirst = [...known].sort(
    ([, one], [, other]) => (other.published?.getTime() ?? 0) - (one.published?.getTime() ?? 0),
  )
  const lines = newestFirst.map(([id, { rows, isMerged, published }]) => {
    const when = published ? `, ${published.toISOString().slice(0, 16).replace('T', ' ')} UTC` : ''
    return `${id} (${isMerged ? 'at most ' : ''}${count(rows, 'row')}${when})`
  })
  return `it has ${firstLines(lines).join(', ')}`
}
