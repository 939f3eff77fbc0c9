import { highLimitRuleOf, type Batch, columnsOf, eventTimeColumn, type Table } from '@minilake/schema'
import type { Workbench } from '../kernels/workbench.js'
import type { FileParameters } from '../plan-files.js'
import type { Rows } from '../readings.js'
import { doublesOf, timestampsOf } from './column-buffers.js'
import { episodeRecorder } from './episode-recorder.js'
import { hourRecorder } from './hour-recorder.js'
import type { DeliveryTruth, FaultTruth, HourTruth, Truth } from './truth.js'

/** Records the truth of a file. Memory is bounded by the number of hours and alarms. */
export interface TruthRecorder {
  /** Adds delivered rows, batch by batch. `inOrder` promises that no row is older than the row before it. */
  add(batch: Batch, options: { inOrder: boolean }): void
  /** Adds rows to judge alarms by: every reading that is delivered at some time, once, in order of event time. */
  assess(batch: Batch, rows: Rows): void
  /** The truth of all rows added so far, together with what the simulation knows. */
  truth(known: { faults: FaultTruth[]; delivery: Pick<DeliveryTruth, 'missing' | 'duplicates'> }): Truth
}

/** A truth recorder for one file of a table. It is fastest for batches that lie in the workbench. */
export function truthRecorder(table: Table, parameters: FileParameters, workbench: Workbench): TruthRecorder {
  const time = eventTimeColumn(table)
  const recorder = hourRecorder(table, workbench)
  const alarms = columnsOf(table).flatMap(([name, column]) => {
    const rule = column.type === 'double' ? highLimitRuleOf(column) : undefined
    return rule === undefined ? [] : [{ name, rule, recorder: episodeRecorder(rule, workbench) }]
  })
  return {
    add: (batch, options) => {
      recorder.add(batch, options)
    },
    assess: (batch, { from, to }) => {
      const timestamps = timestampsOf(batch, time)
      for (const { name, recorder } of alarms) recorder.add(timestamps, doublesOf(batch, name), from, to)
    },
    truth: ({ faults, delivery }) => {
      const hours = recorder.hours()
      return {
        version: 2,
        parameters,
        rows: total(hours, ({ rows }) => rows),
        delivery: { ...delivery, ...recorder.order() },
        faults,
        alarms: Object.fromEntries(
          alarms.map(({ name, rule, recorder }) => [
            name,
            {
              ...rule,
              rows: total(hours, ({ alarmRows }) => alarmRows[name] ?? 0),
              episodes: recorder.episodes(),
            },
          ]),
        ),
        hours,
      }
    },
  }
}

function total(hours: readonly HourTruth[], of: (hour: HourTruth) => number): number {
  return hours.reduce((sum, hour) => sum + of(hour), 0)
}
