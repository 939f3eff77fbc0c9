import { columnsOf, partitionsOf, pumpDaily, pumpDailyLabels, pumpLabels } from '@minilake/schema'
import { expect, test } from 'vitest'
import { labelsOf, planFiles, scenarios } from '../../src/index.js'

test('the faults and alarms of a truth become rows in order of start; one that is open at the end has no end', () => {
  const [, parameters] = planFiles(pumpDaily, { from: '2026-01-01', days: 1, pumps: 2 })
  const rule = { above: 150, deadband: 3, onDelaySeconds: 15, offDelaySeconds: 15, rows: 60 }
  const { table, key, rows } = labelsOf({
    parameters: { ...parameters!, scenario: scenarios.busy },
    faults: [
      { fault: 'blockedDischarge', start: '2026-01-01T10:00:00.500Z', end: '2026-01-01T10:02:00.250Z' },
      {
        fault: 'stuckSensor',
        start: '2026-01-01T23:00:00.000Z',
        end: '2026-01-01T23:10:00.000Z',
        column: 'speed',
      },
    ],
    alarms: {
      pressure: {
        ...rule,
        episodes: [
          { start: '2026-01-01T10:00:02.000Z', end: '2026-01-01T10:01:58.000Z', peak: 180.5 },
          { start: '2026-01-01T23:59:00.000Z', end: null, peak: 155 },
        ],
      },
    },
  })
  expect(table).toBe(pumpDailyLabels)
  expect(key).toBe('pump_daily_labels/event_date=2026-01-01/pump-0002.parquet')
  const at = (time: string) => new Date(`2026-01-01T${time}Z`)
  const pump_id = 'pump-0002'
  expect(rows).toEqual([
    {
      start_time: at('10:00:00.500'),
      end_time: at('10:02:00.250'),
      kind: 'fault',
      name: 'blockedDischarge',
      column_name: null,
      peak: null,
      pump_id,
    },
    {
      start_time: at('10:00:02'),
      end_time: at('10:01:58'),
      kind: 'alarm',
      name: 'pressure_high',
      column_name: 'pressure',
      peak: 180.5,
      pump_id,
    },
    {
      start_time: at('23:00:00'),
      end_time: at('23:10:00'),
      kind: 'fault',
      name: 'stuckSensor',
      column_name: 'speed',
      peak: null,
      pump_id,
    },
    {
      start_time: at('23:59:00'),
      end_time: null,
      kind: 'alarm',
      name: 'pressure_high',
      column_name: 'pressure',
      peak: 155,
      pump_id,
    },
  ])
})

test('pump_labels has one file per day, and no column for the pump', () => {
  expect(partitionsOf(pumpLabels)).toEqual([])
  expect(columnsOf(pumpDailyLabels)).toEqual([
    ...columnsOf(pumpLabels),
    ['pump_id', pumpDaily.columns.pump_id],
  ])
})
