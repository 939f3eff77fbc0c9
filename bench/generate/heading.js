import { alignedText } from '../results.js'

/** What each input's numbers are of. */
export const measured = [
  'generate + encode: s in the process, from imports done to file closed; CPU s and peak MiB of the whole process',
  'encode only: s and CPU s from values in memory to file closed; peak MiB with the values',
  'daily files: s, CPU s and peak MiB of the whole process; B/row of the data files',
]

/** The cores that a contender has, and the row groups of every file. */
export function machineLine({ cores, cpus, rowGroupRows }) {
  const pinned = cpus === undefined ? 'not pinned: no taskset' : `pinned to ${cpus}`
  const rows = rowGroupRows.toLocaleString('en-US')
  return `${cores} ${cores === 1 ? 'core' : 'cores'}, ${pinned}; row groups of ${rows} rows (DuckDB by default: 122,880)`
}

/** The versions of all contenders, each once. */
export function versionLines(results) {
  const versions = new Set(results.map(({ version }) => version).filter((version) => version !== undefined))
  return versions.size === 0 ? [] : [`versions: ${[...versions].join(', ')}`]
}

/** The distinct values of what each contender generated, a line each. */
export function distinctLines(results) {
  const counted = results.filter(({ distinct }) => distinct !== undefined)
  if (counted.length === 0) return []
  const columns = Object.keys(counted[0].distinct)
  const lines = counted.map(({ name, distinct }) => [
    name,
    ...columns.map((column) => distinct[column].toLocaleString('en-US')),
  ])
  return [
    '',
    alignedText([['distinct values, mean of the row groups', ...columns], ...lines], { textColumns: 1 }),
  ]
}
