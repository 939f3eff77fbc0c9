/** The folder of all truth files in a store. It lies outside the prefix of every table. */
export const truthPrefix = '_truth/'

/** The key of the truth of a data file: `_truth/pump/2026-01-01.json` for `pump/2026-01-01.parquet`. */
export function truthKey(dataKey: string): string {
  return `${truthPrefix}${dataKey.replace(/\.parquet$/, '')}.json`
}

/** The key of the data file that a truth describes: the inverse of `truthKey`. */
export function truthSubject(key: string): string {
  return `${key.slice(truthPrefix.length).replace(/\.json$/, '')}.parquet`
}
