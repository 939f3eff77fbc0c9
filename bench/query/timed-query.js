const repeats = 5

/**
 * Asks a question once, and then five times more. Prints, as a line of JSON, the seconds from the start of the process to the first
 * answer, the least of the others, CPU seconds of these together, the number of rows answered, and the contender's version.
 */
export async function timedQuery(ask, { version }) {
  const answer = await ask()
  const firstSeconds = performance.now() / 1000
  const cpuBefore = process.cpuUsage()
  let seconds = Infinity
  for (let repeat = 0; repeat < repeats; repeat++) {
    const start = performance.now()
    await ask()
    seconds = Math.min(seconds, (performance.now() - start) / 1000)
  }
  const { user, system } = process.cpuUsage(cpuBefore)
  const cpuSeconds = (user + system) / 1e6 / repeats
  console.log(JSON.stringify({ seconds, firstSeconds, cpuSeconds, answer, version }))
}

/** Consumes rows, or batches, and counts the rows. */
export async function countRows(items, rowsIn = () => 1) {
  let rows = 0
  for await (const item of items) rows += rowsIn(item)
  return rows
}
