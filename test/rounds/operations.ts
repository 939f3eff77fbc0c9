import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Table } from '@minilake/schema'
import type { Random } from './evidence.js'
import {
  append,
  type Definition,
  merge,
  overwrite,
  type Reading,
  type ReadingsModel,
  type Refusal,
  removeImport,
  removeRows,
  retentionDays,
  valuesOf,
} from './readings-model.js'

/** A call of a lake's method, as plain data: another process can make it. */
export interface Call {
  method: 'write' | 'import' | 'remove' | 'register' | 'rewrite' | 'drop' | 'convert' | 'maintain'
  args: readonly unknown[]
}

/** One call, and what it does to the model. Making it again after a crash completes it. */
export interface Step {
  /** What the evidence counts it as: `write, mode merge`. */
  kind: string
  /** For messages: `30 rows`. */
  detail: string
  /** The definition that the lake is opened with from now on. */
  definition: Definition
  call(table: Table): Promise<Call> | Call
  /** How the call is refused, if the model says so. */
  refusal?: Refusal | undefined
  /** Does to the model what the call did, which put in rows under this import ID. */
  apply(model: ReadingsModel, importId: string): void
}

/** Chooses a step. `folder` is where files for imports are written. */
type Operation = (model: ReadingsModel, random: Random, folder: string) => Step

const firstDay = Date.UTC(2026, 0, 1)
const millisPerDay = 86_400_000
const secondsPerDay = 86_400
const days = 6
const stations = ['a', 'b', 'ü,"\n']

/** What each mode does to the model. */
const modes = { append, 'overwrite-partitions': overwrite, merge } as const
type Mode = keyof typeof modes
const modeNames = Object.keys(modes) as Mode[]

/** Everything that corrects or adds data. An operation that is added here takes part in all sequences. */
export const operations: readonly Operation[] = [
  ...modeNames.map((mode) => put('write', mode)),
  ...modeNames.map((mode) => put('import', mode)),

  function removeRange({ definition }, random) {
    const { from, to, isIn } = someTimes(random)
    return {
      kind: 'remove a range of time',
      detail: `${from.toISOString()} to ${to.toISOString()}`,
      definition,
      call: (table) => ({ method: 'remove', args: [table, { from, to, remove: true }] }),
      apply: (model) => removeRows(model, isIn),
    }
  },

  function removeWhere({ definition }, random) {
    const { where, isTrue } = someCondition(definition, random)
    const from = new Date(firstDay + random.below(days) * millisPerDay)
    return {
      kind: 'remove by a condition',
      detail: `${where}, from ${from.toISOString()}`,
      definition,
      call: (table) => ({ method: 'remove', args: [table, { from, where, remove: true }] }),
      apply: (model) => removeRows(model, (reading) => reading.time >= from && isTrue(reading)),
    }
  },

  function removeOlder({ definition }, random) {
    const now = new Date(firstDay + random.below(days * secondsPerDay) * 1000)
    const olderThanDays = random.below(3)
    const today = now.getTime() - (now.getTime() % millisPerDay)
    return {
      kind: 'remove old days',
      detail: `${olderThanDays} days before ${now.toISOString()}`,
      definition,
      call: (table) => ({ method: 'remove', args: [table, { olderThanDays, now, remove: true }] }),
      apply: (model) =>
        removeRows(model, ({ time }) => time.getTime() < today - olderThanDays * millisPerDay),
    }
  },

  function removeExpired({ definition }, random) {
    const now = new Date(firstDay + random.below((days + retentionDays) * secondsPerDay) * 1000)
    const today = now.getTime() - (now.getTime() % millisPerDay)
    return {
      kind: 'remove expired days',
      detail: `before ${now.toISOString()}`,
      definition,
      call: (table) => ({ method: 'remove', args: [table, { expired: true, now, remove: true }] }),
      apply: (model) =>
        removeRows(model, ({ time }) => time.getTime() < today - retentionDays * millisPerDay),
    }
  },

  function drop({ definition }) {
    return {
      kind: 'drop with data',
      detail: 'all',
      definition,
      call: (table) => ({ method: 'drop', args: [table, { data: true, remove: true }] }),
      apply: (model) => void (model.files = []),
    }
  },

  function removeOneImport({ definition, files }, random) {
    const importId = random.pick([...files.flatMap(({ imports }) => imports), 'f'.repeat(16)])
    const refusal = removeImport({ definition, files, earlier: [] }, importId)
    return {
      kind: refusal === undefined ? 'remove an import' : `refuse to remove an import: ${refusal}`,
      detail: importId,
      definition,
      call: (table) => ({ method: 'remove', args: [table, { import: importId, remove: true }] }),
      refusal,
      apply: (model) => void removeImport(model, importId),
    }
  },

  function evolve(model) {
    const definition = { ...model.definition, hasTorque: true }
    return {
      kind: 'add a column',
      detail: 'torque',
      definition,
      call: (table) => ({ method: 'register', args: [{ tables: [table] }] }),
      apply: (changed) => void (changed.definition = definition),
    }
  },

  function rewrite(model, random) {
    const { definition: former } = model
    const isRenamed = random.below(2) === 0
    const definition: Definition = {
      ...former,
      ...(isRenamed
        ? { level: former.level === 'level' ? 'height' : 'level' }
        : { type: former.type === 'real' ? 'double' : 'real' }),
    }
    return {
      kind: 'rewrite',
      detail: `with ${definition.level} ${definition.type}`,
      definition,
      call: (table) => ({
        method: 'rewrite',
        args: [table, { rewrite: true, ...(isRenamed && { map: { [former.level]: definition.level } }) }],
      }),
      apply: (changed) => void (changed.definition = definition),
    }
  },
]

/** The operations for a table of this definition. */
export function operationsOf({ format }: Definition): readonly Operation[] {
  return format ? operations.filter(({ name }) => name !== 'rewrite') : operations
}

/** Puts readings into the lake, in one of the modes. */
function put(by: 'write' | 'import', mode: Mode): Operation {
  return (model, random, folder) => {
    const { definition } = model
    const readings = someReadings(model, random)
    return {
      kind: `${by}, mode ${mode}`,
      detail: `${readings.length} rows`,
      definition,
      call: async (table) =>
        by === 'write'
          ? { method: by, args: [table, readings.map((each) => valuesOf(each, definition)), { mode }] }
          : {
              method: by,
              args: [table, [await csvOf(folder, readings, definition)], { nullText: '-', mode }],
            },
      apply: (model, importId) => modes[mode](model, { by, readings, importId }),
    }
  }
}

/** A range of whole days, or of any seconds; at most two days. */
function someTimes(random: Random) {
  const unit = random.pick([1000, millisPerDay])
  const from = new Date(firstDay + random.below((days * millisPerDay) / unit) * unit)
  const to = new Date(from.getTime() + (1 + random.below((2 * millisPerDay) / unit)) * unit)
  return { from, to, isIn: ({ time }: Reading) => time >= from && time < to }
}

/** A condition of `--where`, and the same in TypeScript. Nothing is true of a missing value. */
function someCondition({ level, hasTorque }: Definition, random: Random) {
  const limit = random.below(1000) / 8
  const name = random.pick(stations)
  const station = `station_id = '${name}'`
  const conditions: { where: string; isTrue: (reading: Reading) => boolean }[] = [
    { where: station, isTrue: (each) => each.station === name },
    { where: `${level} > ${limit}`, isTrue: (each) => each.level !== null && each.level > limit },
    { where: `${level} IS NULL`, isTrue: (each) => each.level === null },
    {
      where: `NOT (${station} AND ${level} <= ${limit})`,
      isTrue: (each) => each.station !== name || (each.level !== null && each.level > limit),
    },
  ]
  if (hasTorque)
    conditions.push({ where: 'torque < 0.5', isTrue: ({ torque }) => torque !== null && torque < 0.5 })
  return random.pick(conditions)
}

/** New readings, or some that were put in before, perhaps with other levels or in part. */
function someReadings(model: ReadingsModel, random: Random): Reading[] {
  const { hasTorque } = model.definition
  if (model.earlier.length > 0 && random.below(3) > 0) {
    const readings = random
      .pick(model.earlier)
      .map((reading) => (hasTorque ? reading : { ...reading, torque: null }))
    const change = random.pick(['none', 'none', 'levels', 'part', 'twice'])
    if (change === 'levels')
      return readings.map((each) => (random.below(2) === 0 ? each : { ...each, level: someLevel(random) }))
    if (change === 'part') return readings.slice(0, 1 + random.below(readings.length))
    if (change === 'twice')
      return [...readings, ...readings.map((each) => ({ ...each, level: someLevel(random) }))]
    return readings
  }
  const start = firstDay + random.below(days - 1) * millisPerDay
  const station = random.pick(stations)
  const readings = Array.from({ length: 1 + random.below(30) }, () => ({
    time: new Date(start + random.below(2 * secondsPerDay) * 1000),
    station,
    level: someLevel(random),
    torque: hasTorque && random.below(2) === 0 ? random.below(8) / 8 : null,
  }))
  model.earlier.push(readings)
  return readings
}

/** Eighths are the same numbers as reals and as doubles. */
function someLevel(random: Random): number | null {
  return random.below(5) === 0 ? null : random.below(1000) / 8
}

async function csvOf(folder: string, readings: readonly Reading[], definition: Definition): Promise<string> {
  const file = join(folder, 'readings.csv')
  const [first] = readings
  const names = first ? Object.keys(valuesOf(first, definition)) : []
  const lines = readings.map((reading) =>
    Object.values(valuesOf(reading, definition))
      .map((value) =>
        value instanceof Date
          ? value.toISOString()
          : typeof value === 'string'
            ? `"${value.replaceAll('"', '""')}"`
            : (value ?? '-'),
      )
      .join(','),
  )
  await writeFile(file, `${[names.join(','), ...lines].join('\n')}\n`)
  return file
}
