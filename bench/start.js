import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { alignedText, bestOf } from './results.js'

/** How long the command line takes to start, beside Node alone. `--bin FILE` adds the bin of another checkout. */
export const options = { bin: { type: 'string' } }

const ours = fileURLToPath(new URL('../apps/cli/bin/minilake.js', import.meta.url))

export function prepare({ bin }) {
  const bins = [{ name: 'minilake', path: ours }, ...(bin ? [{ name: 'the other bin', path: bin }] : [])]
  const contenders = [
    { name: 'node -e 0', args: ['-e', '0'] },
    ...bins.flatMap(({ name, path }) =>
      ['--version', '--help'].map((option) => ({ name: `${name} ${option}`, args: [path, option] })),
    ),
  ].map((contender) => ({ input: 'start', ...contender }))
  return { contenders, run, summarize, compare, table }
}

function run({ args }) {
  const start = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  return { seconds: (performance.now() - start) / 1000 }
}

function summarize({ name, input }, runs) {
  return { input, name, ...bestOf(runs) }
}

/** Adds to each the ratio to Node alone. */
function compare(results) {
  const [node] = results
  return results.map((result) => ({ ...result, timesNode: result.seconds / node.seconds }))
}

function table(results) {
  const lines = results.map(({ name, seconds, timesNode }) => [
    name,
    `${Math.round(seconds * 1000)}`,
    `${timesNode.toFixed(2)}×`,
  ])
  return alignedText([['', 'ms', 'of node -e 0'], ...lines], { textColumns: 1 })
}
