import {
  alarmRuleOf,
  dataFileKey,
  type InputRow,
  pumpDailyLabels,
  pumpLabels,
  type Table,
} from '@minilake/schema'
import { pumpId } from '../file-key.js'
import type { FileParameters } from '../plan-files.js'
import type { Truth } from './truth.js'

/** The tables of the simulation's labels, by the name of the simulated table. */
export const labelTables = { pump: pumpLabels, pump_daily: pumpDailyLabels } as const satisfies Record<
  FileParameters['table'],
  Table
>

/** The labels of one data file: the key of their own file, and its rows. */
export interface FileLabels {
  readonly table: Table
  readonly key: string
  readonly rows: InputRow<Table>[]
}

/** The simulated faults and the alarms of a truth as rows of its label table, in order of start. */
export function labelsOf({
  parameters,
  faults,
  alarms,
}: Pick<Truth, 'parameters' | 'faults' | 'alarms'>): FileLabels {
  const { table: name, pump: pumpNumber, day } = parameters
  const source = name === 'pump_daily' ? { pump_id: pumpId(pumpNumber) } : {}
  const rows = [
    ...faults.map(({ fault, start, end, column = null }) => ({
      ...times(start, end),
      kind: 'fault',
      name: fault,
      column_name: column,
      peak: null,
      ...source,
    })),
    ...Object.entries(alarms).flatMap(([column, { above, episodes }]) =>
      episodes.map(({ start, end, peak }) => ({
        ...times(start, end),
        kind: 'alarm',
        name: alarmRuleOf(column, { above }).name,
        column_name: column,
        peak,
        ...source,
      })),
    ),
  ]
  const table: Table = labelTables[name]
  return {
    table,
    key:
      name === 'pump'
        ? dataFileKey(pumpLabels, { name: day })
        : dataFileKey(pumpDailyLabels, { name: pumpId(pumpNumber), partition: { event_date: day } }),
    rows: rows.sort((a, b) => a.start_time.getTime() - b.start_time.getTime()),
  }
}

function times(start: string, end: string | null) {
  return { start_time: new Date(start), end_time: end === null ? null : new Date(end) }
}
