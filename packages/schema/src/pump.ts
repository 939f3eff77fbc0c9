import { defineLake } from './lake.js'
import { defineTable } from './table.js'

// SI units. A small four-pole pump at about 1,450 rpm lifts water about 12 m, which is 118 kPa. Normal operation is between
// 80 and 145 kPa; a discharge pressure over 150 kPa means that something downstream is closing.
const readings = {
  event_timestamp: { type: 'timestamp', comment: 'time of the reading, UTC' },
  pressure: {
    type: 'double',
    comment: 'discharge pressure, kPa gauge',
    highLimit: 150,
    // The starting points that alarm guides recommend for pressures: a deadband of 2 % of the range (EEMUA 191:2013), 15 s of delay.
    deadband: 3,
    onDelaySeconds: 15,
    offDelaySeconds: 15,
  },
  velocity: { type: 'double', comment: 'flow velocity in the discharge pipe, m/s' },
  speed: { type: 'double', comment: 'shaft speed, rpm' },
} as const

/** The table of one pump's readings: unpartitioned, one file per UTC day. */
export const pump = defineTable({
  name: 'pump',
  comment: 'readings of one pump, by default one per second',
  columns: readings,
  sortedBy: ['event_timestamp'],
})

/** The table of a fleet's readings: partitioned by UTC day, one file per pump and day. */
export const pumpDaily = defineTable({
  name: 'pump_daily',
  comment: 'readings of a fleet of pumps, by default one per pump and second',
  columns: { ...readings, pump_id: { type: 'varchar', comment: 'pump, pump-0001 and up' } },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  sortedBy: ['event_timestamp'],
})

/** The lake that ships with minilake: `pump` and `pump_daily`. */
export const pumpLake = defineLake({ tables: [pump, pumpDaily] })
