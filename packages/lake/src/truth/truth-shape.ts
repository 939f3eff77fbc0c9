import type { Faults, Truth } from '@minilake/generator'
import type { Identity } from '@minilake/ingest'
import { z } from 'zod'

const count = (description: string) => z.int().min(0).describe(description)
const isoTime = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const time = (description: string) =>
  isoTime.describe(`${description}, UTC, to the millisecond: 2026-01-01T12:34:56.000Z`)
const range = (value: z.ZodNumber, description: string) =>
  z.tuple([value, value]).describe(`minimum and maximum ${description}`)

const perDay = z.number().min(0).describe('mean number per day')
const spells = (description: string) =>
  z
    .object({ perDay, seconds: range(z.number(), 'duration of each, in seconds') })
    .exactOptional()
    .describe(description)
const rate = (description: string) =>
  z.number().min(0).max(1).exactOptional().describe(`share of the readings, 0 to 1, that are ${description}`)

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
            headLoss: z.number().describe('share of the head lost when it is replaced, 0 to 0.5'),
          })
          .exactOptional()
          .describe('head is lost slowly over the life of an impeller'),
        stuckSensor: spells('one sensor repeats the same value for a while'),
        spikes: z.object({ perDay }).exactOptional().describe('single readings of one sensor are far off'),
        nan: z
          .object({ perDay, readings: range(z.int(), 'duration of each, in readings') })
          .exactOptional()
          .describe('one sensor gives NaN for a number of readings'),
      } satisfies Record<keyof Faults, z.ZodType>)
      .describe('faults to simulate; a fault that is left out does not occur'),
    delivery: z
      .object({
        missing: rate('never delivered'),
        duplicates: rate('delivered twice'),
        outOfOrder: rate('delivered after the ten that follow'),
        late: rate('delivered one to five minutes late'),
      })
      .describe('delivery faults to simulate'),
  })
  .describe('the scenario: what goes wrong')

const parameters = z
  .object({
    table: z.enum(['pump', 'pump_daily']).describe('table of the data file'),
    pump: z.int().min(1).describe('number of the pump, from 1'),
    day: z
      .string()
      .regex(/^\d{4}-\d\d-\d\d$/)
      .describe('UTC day, YYYY-MM-DD'),
    intervalSeconds: z.number().positive().describe('time between readings, in seconds'),
    seed: z.int().min(0).describe('seed of the random numbers'),
    scenario,
  })
  .describe('everything that the contents of the data file depend on')

const delivery = z
  .object({
    missing: count('readings that were never delivered'),
    duplicates: count('rows that repeat a reading delivered before'),
    outOfOrder: count('rows that come after a row with a later time'),
    late: count('out-of-order rows at least 60 s older than the newest row before them'),
  })
  .describe('what happened to the readings on delivery, in rows')

const faultNames = Object.keys(scenario.shape.faults.shape) as (keyof Faults)[]
const fault = z.object({
  fault: z.enum(faultNames).describe('name of the fault'),
  start: time('first moment of the fault'),
  end: time('first moment after the fault'),
  column: z.string().exactOptional().describe('the affected column, for a fault of a sensor'),
})

const alarm = z
  .object({
    above: z
      .number()
      .describe('limit, in the unit of the column: a reading strictly above it is an alarm row'),
    deadband: z
      .number()
      .describe(
        'in the unit of the column: the alarm condition ends at a reading at or below above − deadband',
      ),
    onDelaySeconds: z.number().describe('how long the condition must last to raise the alarm, in seconds'),
    offDelaySeconds: z
      .number()
      .describe('how long the condition must be absent to clear the alarm, in seconds'),
    rows: count('rows above the limit'),
    episodes: z
      .array(
        z.object({
          start: time('first reading of the run that raised the alarm'),
          end: isoTime
            .nullable()
            .describe(
              'first reading of the run that cleared it, in the same form; null if it is still active at the end of the file',
            ),
          peak: z.number().describe('highest reading of the episode, in the unit of the column'),
        }),
      )
      .describe('alarms in order of start, judged by each reading once, in order of event time'),
  })
  .describe('alarms of the column')

const column = z
  .object({
    count: count('readings that are not NaN'),
    nan: count('NaN readings'),
    sum: z
      .number()
      .describe('sum of the readings that are not NaN, in the unit of the column; 0 if there are none'),
    min: z
      .number()
      .nullable()
      .describe('lowest reading that is not NaN, in the unit of the column; null if there is none'),
    max: z
      .number()
      .nullable()
      .describe('highest reading that is not NaN, in the unit of the column; null if there is none'),
  })
  .describe('one DOUBLE column')

const hour = z.object({
  hour: time('start of the hour'),
  rows: count('rows of the hour, duplicates included'),
  first: time('earliest time of a row'),
  last: time('latest time of a row'),
  columns: z
    .record(z.string(), column)
    .describe('readings of the hour, by the name of each DOUBLE column: kPa, m/s and rpm'),
  alarmRows: z
    .record(z.string(), count('rows above the high limit of the column'))
    .describe('rows above the high limit, by the name of each column that has one'),
})

/** A truth as it is stored, version 2: the parts of `Truth`, and the size and ETag of the data file that it describes. */
export const truthShape = z
  .object({
    version: z.literal(2).describe('version of this format'),
    parameters,
    rows: count('rows of the data file, duplicates included'),
    delivery,
    faults: z.array(fault).describe('simulated faults, in order of start'),
    alarms: z.record(z.string(), alarm).describe('alarms, by the name of each column that has an alarm rule'),
    hours: z.array(hour).describe('UTC hours that have rows, in order'),
    file: z
      .object({
        size: count('size of the data file, in bytes'),
        etag: z.string().describe('ETag of the data file in S3, without quotes'),
      })
      .describe('the data file that this truth describes'),
  })
  .meta({
    $id: 'urn:minilake:truth:2',
    title: 'Truth of a minilake data file',
    description:
      'The right answers about one simulated data file, known from its simulation. Each data file has one truth, under _truth/ and its own key with .json instead of .parquet.',
  }) satisfies z.ZodType<Truth & { file: Identity }>
