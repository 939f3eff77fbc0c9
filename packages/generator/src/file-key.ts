import { dataFileKey, pump, pumpDaily } from '@minilake/schema'
import type { FileParameters } from './plan-files.js'

/** The object key of a data file, such as `pump/2026-01-01.parquet`. */
export function fileKey({ table, pump: pumpNumber, day }: FileParameters): string {
  return table === 'pump'
    ? dataFileKey(pump, { name: day })
    : dataFileKey(pumpDaily, { name: pumpId(pumpNumber), partition: { event_date: day } })
}

/** The name of a pump in the column `pump_id` and in file names: `pump-0001`. */
export function pumpId(pumpNumber: number): string {
  return `pump-${String(pumpNumber).padStart(4, '0')}`
}
