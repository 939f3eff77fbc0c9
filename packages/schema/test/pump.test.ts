import { columnsOf, eventTimeColumn, numericColumns, pump, pumpDaily, pumpLake } from '@minilake/schema'
import { describe, expect, it } from 'vitest'

describe('pump', () => {
  it('has event_timestamp, pressure, velocity and speed, in this order, with units', () => {
    expect(pump.name).toBe('pump')
    expect(columnsOf(pump)).toEqual([
      ['event_timestamp', { type: 'timestamp', comment: 'time of the reading, UTC' }],
      [
        'pressure',
        {
          type: 'double',
          comment: 'discharge pressure, kPa gauge',
          highLimit: 150,
          deadband: 3,
          onDelaySeconds: 15,
          offDelaySeconds: 15,
        },
      ],
      ['velocity', { type: 'double', comment: 'flow velocity in the discharge pipe, m/s' }],
      ['speed', { type: 'double', comment: 'shaft speed, rpm' }],
    ])
  })

  it('is not partitioned', () => {
    expect(pump).not.toHaveProperty('partitions')
  })

  it('has its reading time in event_timestamp, and three numeric columns', () => {
    expect(eventTimeColumn(pump)).toBe('event_timestamp')
    expect(numericColumns(pump)).toEqual(['pressure', 'velocity', 'speed'])
  })
})

describe('pump_daily', () => {
  it('has the columns of pump, then pump_id', () => {
    expect(pumpDaily.name).toBe('pump_daily')
    expect(columnsOf(pumpDaily)).toEqual([
      ...columnsOf(pump),
      ['pump_id', { type: 'varchar', comment: 'pump, pump-0001 and up' }],
    ])
  })

  it('is partitioned by event_date only', () => {
    expect(pumpDaily.partitions).toEqual({ event_date: { from: 'event_timestamp', by: 'day' } })
  })
})

describe('pumpLake', () => {
  it('holds the two tables', () => {
    expect(pumpLake.tables).toEqual([pump, pumpDaily])
  })
})
