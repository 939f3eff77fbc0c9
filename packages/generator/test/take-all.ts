import { createHash, type Hash } from 'node:crypto'
import type { Batch, pump } from '@minilake/schema'
import type { SimulatedFile } from '../src/index.js'

/** All readings of some files, in order of arrival. */
export interface Readings {
  rowCount: number
  event_timestamp: BigInt64Array
  pressure: Float64Array
  velocity: Float64Array
  speed: Float64Array
}

/** Reads all batches of some files. */
export function takeAll(files: Iterable<SimulatedFile<typeof pump>>): Readings {
  const batches = [...files].flatMap(({ batches }) => [...batches])
  const rowCount = batches.reduce((rows, batch) => rows + batch.rowCount, 0)
  const all: Readings = {
    rowCount,
    event_timestamp: new BigInt64Array(rowCount),
    pressure: new Float64Array(rowCount),
    velocity: new Float64Array(rowCount),
    speed: new Float64Array(rowCount),
  }
  let at = 0
  for (const { rowCount, columns } of batches) {
    all.event_timestamp.set(columns.event_timestamp, at)
    all.pressure.set(columns.pressure, at)
    all.velocity.set(columns.velocity, at)
    all.speed.set(columns.speed, at)
    at += rowCount
  }
  return all
}

/** SHA-256 of all columns of some batches, independent of where the batches are cut. Hashes strings as JSON. */
export function sha256Of(batches: Iterable<Batch>): string {
  const columnHashes = new Map<string, Hash>()
  for (const { columns } of batches) {
    for (const [name, buffer] of Object.entries(columns)) {
      const hash = columnHashes.get(name) ?? createHash('sha256').update(name)
      columnHashes.set(name, hash)
      if (Array.isArray(buffer)) for (const text of buffer) hash.update(JSON.stringify(text))
      else hash.update(buffer)
    }
  }
  const whole = createHash('sha256')
  for (const hash of columnHashes.values()) whole.update(hash.digest())
  return whole.digest('hex')
}
