import { defineTable } from '@minilake/schema'

/** An Iceberg table with a column of every type that readings have. */
export const turbines = defineTable({
  name: 'turbines',
  comment: 'one reading per turbine and minute',
  columns: {
    event_timestamp: { type: 'timestamp', comment: 'time of the reading, UTC' },
    turbine_id: { type: 'varchar' },
    power: { type: 'double', nullable: true, highLimit: 3000 },
  },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  sortedBy: ['event_timestamp'],
  format: 'iceberg',
})
