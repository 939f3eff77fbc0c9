/** A share for each core, as equal as can be: its first one, how many, and the name of its file. None is empty. */
export function shares(rows, cores) {
  return Array.from({ length: cores }, (_, part) => {
    const [first, end] = [part, part + 1].map((bound) => Math.floor((rows * bound) / cores))
    return { name: `part-${part}.parquet`, first, rows: end - first }
  }).filter(({ rows }) => rows > 0)
}
