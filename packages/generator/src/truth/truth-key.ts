/** The folder of all truth files in a store, outside every table's prefix. */
export const truthPrefix = '_truth/'

/** The key of a data file's truth: `_truth/pump/2026-01-01.json` for `pump/2026-01-01.parquet`. */
export function truthKey(dataKey: string): string {
  return `${truthPrefix}${dataKey.replace(/\.parquet$/, '')}.json`
}

/** The key of the data file that a truth speaks of: `truthKey` the other way round. */
export function truthSubject(key: string): string {
  return `${key.slice(truthPrefix.length).replace(/\.json$/, '')}.parquet`
}
