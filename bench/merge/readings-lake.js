import { openLake } from '@minilake/lake'
import { defineTable } from '@minilake/schema'

/** A table in one partition, sorted by its key. */
export const readings = defineTable({
  name: 'readings',
  columns: {
    event_timestamp: { type: 'timestamp' },
    turbine_id: { type: 'varchar' },
    power: { type: 'double' },
    wind: { type: 'double' },
  },
  sortedBy: ['turbine_id', 'event_timestamp'],
  key: ['turbine_id', 'event_timestamp'],
})

const start = BigInt(Date.UTC(2026, 0, 1)) * 1000n

/** `count` readings of one turbine, `stepSeconds` apart; `bias` is added to their power. */
export function* batches(count, { stepSeconds = 1, bias = 0 } = {}) {
  for (let first = 0; first < count; first += 100_000) {
    const rowCount = Math.min(100_000, count - first)
    const seconds = Array.from({ length: rowCount }, (_, row) => (first + row) * stepSeconds)
    const columns = {
      event_timestamp: BigInt64Array.from(seconds, (second) => start + BigInt(second) * 1_000_000n),
      turbine_id: new Array(rowCount).fill('turbine-1'),
      power: Float64Array.from(
        seconds,
        (second) => Math.round(100_000 * Math.sin(second / 7000)) / 100 + bias,
      ),
      wind: Float64Array.from(seconds, (second) => ((second * 7919) % 4000) / 100),
    }
    yield { rowCount, columns }
  }
}

/** An embedded lake with `count` readings. */
export async function writeLake(folder, count) {
  const lake = await openLake(placeOf(folder))
  await lake.write(readings, batches(count))
  await lake.close()
}

/** The options of a lake whose files are all below a folder. */
export function placeOf(folder) {
  return { tables: [readings], cwd: folder, profiles: { embedded: { folder: '.' } } }
}
