import { openLake } from '@minilake/lake'
import { millisPerDay, pumpDaily } from '@minilake/schema'

/** The table of the readings. */
export const readings = pumpDaily

const pumps = 20
/** The first day, in milliseconds since 1970. */
export const start = Date.UTC(2024, 0, 1)

/** The options of a lake whose files are all below a folder. */
export function placeOf(folder) {
  return { tables: [readings], cwd: folder, profiles: { embedded: { folder: '.' } } }
}

/** Writes a lake with `rows` readings of 20 pumps, evenly over `days` days. A reading in 5,000 or so begins an alarm. */
export async function writeLake(folder, { rows, days }) {
  const lake = await openLake(placeOf(folder))
  await lake.write(readings, batches(rows, days))
  await lake.close()
}

function* batches(rows, days) {
  const stepMicros = Math.floor((days * millisPerDay * 1000) / Math.ceil(rows / pumps))
  for (let first = 0; first < rows; first += 100_000) {
    const rowCount = Math.min(100_000, rows - first)
    const step = (row) => Math.floor((first + row) / pumps)
    const values = (value) =>
      Float64Array.from({ length: rowCount }, (_, row) => value(step(row), (first + row) % pumps))
    yield {
      rowCount,
      columns: {
        // Whole milliseconds, as the table has them.
        event_timestamp: BigInt64Array.from(
          { length: rowCount },
          (_, row) => BigInt(start + Math.floor((step(row) * stepMicros) / 1000)) * 1000n,
        ),
        pressure: values((n, pump) => Math.round(100 * (120 + 31 * Math.sin(n / 800 + pump))) / 100),
        velocity: values((n, pump) => Math.round(1000 * (1.7 + 0.2 * Math.sin(n / 700 + pump))) / 1000),
        speed: values((n, pump) => Math.round(100 * (1450 + 50 * Math.sin(n / 900 + pump))) / 100),
        pump_id: Array.from(
          { length: rowCount },
          (_, row) => `pump-${String((first + row) % pumps).padStart(4, '0')}`,
        ),
      },
    }
  }
}
