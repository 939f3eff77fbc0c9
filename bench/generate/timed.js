/** Does the work and prints, as a line of JSON, the wall and CPU seconds of it, and the contender's version. */
export async function timed(work, { version }) {
  const cpuBefore = process.cpuUsage()
  const start = performance.now()
  await work()
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, version }))
}
