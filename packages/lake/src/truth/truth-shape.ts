import type { Faults, Truth } from '@minilake/generator'
import type { Identity } from '@minilake/ingest'
import { z } from 'zod'

const count = (description: string) => z.int().min(0).describe(description)
const isoTime = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const time = (description: string) =>
  isoTime.describe(`${description}, UTC, to the millisecond: 2026-01-01T12:34:56.000Z`)
const range = (value: z.ZodNumber, description: string) =>
  z.tuple([value, value]).describe(`least and most: ${description}`)

const perDay = z.number().min(0).describe('mean number a day')
const spells = (description: string) =>
  z
    .object({ perDay, seconds: range(z.number(), 'how long each lasts, in seconds') })
    .exactOptional()
    .describe(description)
const rate = (description: string) =>
  z.number().min(0).max(1).exactOptional().describe(`share of the readings, 0 to 1, ${description}`)

const scenario = z
  .object({
    name: z.string().describe('name of the scenario'),
    faults: z
      .object({
        blockedDischarge: spells('something downstream closes: pressure up, flow down'),
        cavitation: spells('too little suction head: less head, rough pressure'),
        dryRun: spells('no water comes in: flow and pressure collapse'),
        chatter: spells('pressure crosses its limit again and again'),
        wornImpeller: z
          .object({
            days: range(z.int(), 'life of an impeller, in days'),
            headLoss: z.number().describe('share of the head lost at its end, 0 to 0.5'),
          })
          .exactOptional()
          .describe('head is lost slowly over the life of an impeller'),
        stuckSensor: spells('one sensor shows one value for a while'),
        spikes: z.object({ perDay }).exactOptional().describe('single readings of one sensor are far off'),
        nan: z
          .object({ perDay, readings: range(z.int(), 'how long each lasts, in readings') })
          .exactOptional()
          .describe('one sensor gives NaN'),
      } satisfies Record<keyof Faults, z.ZodType>)
      .describe('faults asked for; what is not named does not happen'),
    delivery: z
      .object({
        missing: rate('never delivered'),
        duplicates: rate('delivered twice'),
        outOfOrder: rate('delivered after the ten that follow'),
        late: rate('delivered one to five minutes after their place'),
      })
      .describe('faults of delivery asked for'),
  })
  .describe('what was to go wrong')

const parameters = z
  .object({
    table: z.enum(['pump', 'pump_daily']).describe('table of the data file'),
    pump: z.int().min(1).describe('number of the pump, 1 and up'),
    day: z
      .string()
      .regex(/^\d{4}-\d\d-\d\d$/)
      .describe('UTC day, YYYY-MM-DD'),
    intervalSeconds: z.number().positive().describe('time between readings, in seconds'),
    seed: z.int().min(0).describe('seed of the random numbers'),
    scenario,
  })
  .describe('all that the contents of the data file depend on')

const delivery = z
  .object({
    missing: count('readings that were not delivered at all'),
    duplicates: count('rows beyond the first of a reading'),
    outOfOrder: count('rows that come after a row of a later time'),
    late: count('those out of order that are at least 60 s older than the newest row before them'),
  })
  .describe('what happened to the readings on their way, in rows')

const faultNames = Object.keys(scenario.shape.faults.shape) as (keyof Faults)[]
const fault = z.object({
  fault: z.enum(faultNames).describe('which fault'),
  start: time('first moment'),
  end: time('moment after the last'),
  column: z.string().exactOptional().describe('column that has it, where it is one of a sensor'),
})

const alarm = z
  .object({
    above: z
      .number()
      .describe('limit: a reading strictly above it is an alarm row, in the unit of the column'),
    deadband: z
      .number()
      .describe('the condition ends at above − deadband or below, in the unit of the column'),
    onDelaySeconds: z.number().describe('how long the condition must last to raise an alarm, in seconds'),
    offDelaySeconds: z.number().describe('how long it must be gone to end the alarm, in seconds'),
    rows: count('rows over the limit'),
    episodes: z
      .array(
        z.object({
          start: time('first reading of the run that raised the alarm'),
          end: isoTime
            .nullable()
            .describe('first reading of the run that ended it; null: it stands at the end of the file'),
          peak: z.number().describe('greatest reading of the episode, in the unit of the column'),
        }),
      )
      .describe('alarms in order of start, readings in order of time and each once'),
  })
  .describe('alarms of one column, by its name')

const column = z
  .object({
    count: count('readings that are not NaN'),
    nan: count('readings that are NaN'),
    sum: z
      .number()
      .describe('sum of the readings that are not NaN, 0 without any, in the unit of the column'),
    min: z.number().nullable().describe('least of them, null without any, in the unit of the column'),
    max: z.number().nullable().describe('greatest of them, null without any, in the unit of the column'),
  })
  .describe('one DOUBLE column, by its name')

const hour = z.object({
  hour: time('start of the hour'),
  rows: count('rows of the hour, duplicates included'),
  first: time('least time of a row'),
  last: time('greatest time of a row'),
  columns: z.record(z.string(), column).describe('readings of the hour by column: kPa, m/s and rpm'),
  alarmRows: z
    .record(z.string(), count('rows over the high limit of the column'))
    .describe('rows over the high limit, by each column that has one'),
})

/** A truth as it is stored, version 2: the parts of `Truth`, and the size and ETag of the data file that it speaks of. */
export const truthShape = z
  .object({
    version: z.literal(2).describe('version of this form'),
    parameters,
    rows: count('rows of the data file, duplicates included'),
    delivery,
    faults: z.array(fault).describe('faults that were simulated, in order of start'),
    alarms: z.record(z.string(), alarm).describe('by each column that has an alarm rule'),
    hours: z.array(hour).describe('UTC hours that have rows, in order'),
    file: z
      .object({
        size: count('size of the data file, in bytes'),
        etag: z.string().describe('ETag of the data file in S3, without quotes'),
      })
      .describe('the data file that this speaks of'),
  })
  .meta({
    $id: 'urn:minilake:truth:2',
    title: 'Truth of a minilake data file',
    description:
      'The right answers about one simulated data file, known from simulating it. Each data file has one, under _truth/ and its own key with .json.',
  }) satisfies z.ZodType<Truth & { file: Identity }>
