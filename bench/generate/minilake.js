// usage: node minilake.js '{ "output", "rows", "cores", "rowGroupRows", "held", "truth" }': simulates and encodes the readings of a pump,
// with more than one core by workers, each a file of its own.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { createdBy } from '@minilake/parquet'
import { shares } from './shares.js'
import { timed } from './timed.js'
import { preparePart } from './write-part.js'

const { output, rows, cores, rowGroupRows, held, truth } = JSON.parse(process.argv[2])
const parts = shares(rows, cores).map(({ name, first, rows }) => ({
  path: join(output, name),
  firstDay: Math.ceil(first / 86_400),
  rows,
  rowGroupRows,
  held,
  truth,
}))

const write = cores === 1 ? preparePart(parts[0]) : await prepareWorkers()
const { version } = createRequire(import.meta.url)('@minilake/parquet/package.json')
await timed(write, { version: `@minilake/parquet ${version} (bytes: ${createdBy})` })

async function prepareWorkers() {
  const workers = parts.map(
    (part) => new Worker(new URL('./write-part-worker.js', import.meta.url), { workerData: part }),
  )
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  return () =>
    Promise.all(
      workers.map((worker) => {
        worker.postMessage('write')
        return once(worker, 'exit')
      }),
    )
}

function once(worker, event) {
  return new Promise((resolve, reject) => worker.once(event, resolve).once('error', reject))
}
