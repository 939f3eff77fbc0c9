import { type Batch, columnBuffer, type pump } from '@minilake/schema'
import { sensorNames } from './sensors.js'

/** A batch of readings of one pump. */
export type Readings = Batch<typeof pump>

/** A range of rows. */
export interface Rows {
  readonly from: number
  /** The row after the last. */
  readonly to: number
}

/** Some rows of a batch of readings. */
export interface ReadingsSlice extends Rows {
  readonly columns: Readings['columns']
}

/** The first rows of some columns, without copying. */
export function firstReadings(columns: Readings['columns'], rowCount: number): Readings {
  const { event_timestamp, pressure, velocity, speed } = columns
  return {
    rowCount,
    columns: {
      event_timestamp: event_timestamp.subarray(0, rowCount),
      pressure: pressure.subarray(0, rowCount),
      velocity: velocity.subarray(0, rowCount),
      speed: speed.subarray(0, rowCount),
    },
  }
}

/** A copy of some readings in buffers of its own. */
export function copyReadings({ rowCount, columns }: Readings): Readings {
  const { event_timestamp, pressure, velocity, speed } = columns
  return {
    rowCount,
    columns: {
      event_timestamp: event_timestamp.slice(),
      pressure: pressure.slice(),
      velocity: velocity.slice(),
      speed: speed.slice(),
    },
  }
}

/** A copy of some slices, one after another, in buffers of its own. */
export function concatenateReadings(slices: readonly ReadingsSlice[]): Readings {
  const rowCount = slices.reduce((rows, { from, to }) => rows + to - from, 0)
  const columns = {
    event_timestamp: columnBuffer.timestamp(rowCount),
    pressure: columnBuffer.double(rowCount),
    velocity: columnBuffer.double(rowCount),
    speed: columnBuffer.double(rowCount),
  }
  let at = 0
  for (const { columns: source, from, to } of slices) {
    columns.event_timestamp.set(source.event_timestamp.subarray(from, to), at)
    for (const name of sensorNames) columns[name].set(source[name].subarray(from, to), at)
    at += to - from
  }
  return { rowCount, columns }
}
