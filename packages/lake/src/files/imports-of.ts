import type { Footer } from '@minilake/parquet'

/** Name of the key-value entry of a data file that names the imports its rows come from. */
const importsEntry = 'minilake.imports'

/** The metadata of a data file whose rows come from these imports, given by their IDs. */
export function importsMetadata(imports: readonly string[]): Record<string, string> {
  return imports.length === 0 ? {} : { [importsEntry]: JSON.stringify(imports) }
}

/** The IDs of the imports that the rows of a data file come from; none for simulated files, those of other programs, and older ones. */
export function importsOf({ metadata }: Pick<Footer, 'metadata'>): string[] {
  try {
    const imports: unknown = JSON.parse(metadata[importsEntry] ?? '[]')
    return Array.isArray(imports) ? imports.map(String) : []
  } catch {
    return []
  }
}
