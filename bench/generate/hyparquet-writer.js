// usage: node hyparquet-writer.js '{ "output", "rows", "rowGroupRows" }': the readings of our simulation by hyparquet-writer with
// its default options other than the row group's size, one row group in memory at a time.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fileWriter, ParquetWriter } from 'hyparquet-writer'
import { pumpBatches } from './pump-batches.js'
import { timed } from './timed.js'

const { output, rows, rowGroupRows } = JSON.parse(process.argv[2])
const doubles = ['pressure', 'velocity', 'speed']
const schema = [
  { name: 'pump', num_children: 4 },
  {
    name: 'event_timestamp',
    type: 'INT64',
    repetition_type: 'REQUIRED',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' },
  },
  ...doubles.map((name) => ({ name, type: 'DOUBLE', repetition_type: 'REQUIRED' })),
]
const packageFile = new URL('../package.json', import.meta.resolve('hyparquet-writer'))
const { version } = JSON.parse(readFileSync(fileURLToPath(packageFile), 'utf8'))

await timed(write, { version: `hyparquet-writer ${version}` })

async function write() {
  const writer = new ParquetWriter({ writer: fileWriter(join(output, 'part-0.parquet')), schema })
  for (const columns of rowGroups()) {
    const columnData = Object.entries(columns).map(([name, data]) => ({ name, data }))
    await writer.write({ columnData, rowGroupSize: rowGroupRows })
  }
  await writer.finish()
}

/** The columns of a row group at a time, each a typed array. */
function* rowGroups() {
  let [group, filled, left] = [emptyGroup(Math.min(rowGroupRows, rows)), 0, rows]
  for (const { rowCount, columns } of pumpBatches({ rows })) {
    for (let start = 0; start < rowCount;) {
      const taken = Math.min(rowCount - start, group.speed.length - filled)
      for (const [name, values] of Object.entries(columns)) {
        group[name].set(values.subarray(start, start + taken), filled)
      }
      start += taken
      filled += taken
      left -= taken
      if (filled === group.speed.length) {
        yield group
        ;[group, filled] = [emptyGroup(Math.min(rowGroupRows, left)), 0]
      }
    }
  }
}

function emptyGroup(length) {
  const columns = doubles.map((name) => [name, new Float64Array(length)])
  return { event_timestamp: new BigInt64Array(length), ...Object.fromEntries(columns) }
}
