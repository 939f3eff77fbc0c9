import {
  type AlarmRule,
  alarmRuleOf,
  type Batch,
  columnsOf,
  eventTimeColumn,
  type Table,
} from '@minilake/schema'
import { type AlarmEpisode, alarmEpisodes } from './episode-recorder.js'
import type { FileParameters } from '../plan-files.js'
import { type HourTruth, hourRecorder, type RowOrder } from './hour-recorder.js'
import type { Workbench } from '../kernels/workbench.js'
import type { Faults } from '../scenario.js'

/** A fault that was simulated, and when: from `start` until before `end`. */
export interface FaultTruth {
  fault: keyof Faults
  /** `2026-01-01T12:34:56.000Z`. */
  start: string
  end: string
  /** The column that has it, when it is one of a sensor. */
  column?: string
}

/** What happened to a file's readings on their way, in rows. */
export interface DeliveryTruth extends RowOrder {
  /** Readings that were not delivered at all. */
  missing: number
  /** Rows beyond the first of a reading. */
  duplicates: number
}

/** The alarms of a column by its rule: rows over the limit, and episodes. */
export interface AlarmTruth extends AlarmRule {
  rows: number
  episodes: AlarmEpisode[]
}

/** The right answers about one data file, known from simulating it, not from reading it back. */
export interface Truth {
  /** Version of this form. */
  version: 2
  parameters: FileParameters
  /** Rows of the file, duplicates included. */
  rows: number
  delivery: DeliveryTruth
  /** In order of start. */
  faults: FaultTruth[]
  /** By the name of each column that has an alarm rule. */
  alarms: Record<string, AlarmTruth>
  /** Hours that have rows, in order. */
  hours: HourTruth[]
}

/** Gathers the truth of a file, in memory bounded by its hours and alarms. */
export interface TruthRecorder {
  /** Takes the delivered rows, batch by batch; `inOrder` where none is older than one before it. */
  add(batch: Batch, options: { inOrder: boolean }): void
  /** Takes the rows that are ever delivered, once each and in order of event time: those alarms are judged by. */
  assess(batch: Batch, rows: { readonly from: number; readonly to: number }): void
  truth(known: { faults: FaultTruth[]; delivery: Pick<DeliveryTruth, 'missing' | 'duplicates'> }): Truth
}

/** A recorder for one file of a table; it adds up at a workbench, where it is fastest for batches that lie there. */
export function truthRecorder(table: Table, parameters: FileParameters, workbench: Workbench): TruthRecorder {
  const time = eventTimeColumn(table)
  const recorder = hourRecorder(table, workbench)
  const alarms = columnsOf(table).flatMap(([name, column]) => {
    const rule = column.type === 'double' ? alarmRuleOf(column) : undefined
    return rule === undefined ? [] : [{ name, rule, found: alarmEpisodes(rule, workbench) }]
  })
  return {
    add: (batch, options) => {
      recorder.add(batch, options)
    },
    assess: ({ columns }, { from, to }) => {
      const timestamps = (columns as Readonly<Record<string, BigInt64Array>>)[time] as BigInt64Array
      for (const { name, found } of alarms)
        found.add(
          timestamps,
          (columns as Readonly<Record<string, Float64Array>>)[name] as Float64Array,
          from,
          to,
        )
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
          alarms.map(({ name, rule, found }) => [
            name,
            {
              ...rule,
              rows: total(hours, ({ alarmRows }) => alarmRows[name] as number),
              episodes: found.episodes(),
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
