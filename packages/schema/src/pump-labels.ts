import { pump, pumpDaily } from './pump.js'
import { defineTable } from './table.js'

const labels = {
  start_time: { type: 'timestamp', comment: 'first moment of the fault or alarm, UTC' },
  end_time: {
    type: 'timestamp',
    nullable: true,
    comment: 'first moment after it, UTC; NULL if the alarm was still active at the end of the file',
  },
  kind: { type: 'varchar', comment: 'fault or alarm' },
  name: { type: 'varchar', comment: 'what was simulated, such as blockedDischarge, or the alarm rule' },
  column_name: {
    type: 'varchar',
    nullable: true,
    comment: 'column of the alarm or of the faulty sensor; NULL for a fault of the pump itself',
  },
  peak: { type: 'double', nullable: true, comment: 'highest reading of the alarm; NULL for a fault' },
} as const

/** The simulated faults and the alarms of table `pump`, one row each: unpartitioned, one file per UTC day, as that table has. */
export const pumpLabels = defineTable({
  name: `${pump.name}_labels`,
  comment: 'simulated faults and alarms of table pump, one row each',
  columns: labels,
  sortedBy: ['start_time'],
})

/** The simulated faults and the alarms of table `pump_daily`: partitioned by the UTC day of their start, one file per pump and day. */
export const pumpDailyLabels = defineTable({
  name: `${pumpDaily.name}_labels`,
  comment: 'simulated faults and alarms of table pump_daily, one row each',
  columns: { ...labels, pump_id: pumpDaily.columns.pump_id },
  partitions: { event_date: { from: 'start_time', by: 'day' } },
  sortedBy: ['start_time'],
})
