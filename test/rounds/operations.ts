import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Table } from '@minilake/schema'
import type { Lake } from '../../packages/lake/src/index.js'
import type { Random } from './evidence.js'
import {
  append,
  dayOf,
  type Definition,
  type Reading,
  type ReadingsModel,
  removeDays,
  valuesOf,
} from './readings-model.js'

/** One call of a lake's method, and what it does to the model. Running it again after a crash completes it. */
export interface Step {
  /** For messages: `remove 2026-01-02 to 2026-01-03`. */
  text: string
  /** The definition that the lake is opened with from now on. */
  definition: Definition
  run(lake: Lake, table: Table): Promise<unknown>
  apply(model: ReadingsModel): void
}

/** Chooses a step. `folder` is where files for imports are written. */
type Operation = (model: ReadingsModel, random: Random, folder: string) => Step

const firstDay = Date.UTC(2026, 0, 1)
const millisPerDay = 86_400_000
const days = 6

/** Everything that corrects or adds data. An operation that is added here takes part in all sequences. */
export const operations: readonly Operation[] = [
  function write(model, random) {
    const readings = someReadings(model, random)
    return {
      text: `write ${readings.length} rows`,
      definition: model.definition,
      run: (lake, table) =>
        lake.write(table, readings.map((reading) => valuesOf(reading, model.definition)) as never),
      apply: () => append(model, 'write', readings),
    }
  },

  function importFile(model, random, folder) {
    const readings = someReadings(model, random)
    return {
      text: `import ${readings.length} rows`,
      definition: model.definition,
      run: async (lake, table) =>
        lake.import(table, [await csvOf(folder, readings, model.definition)], { nullText: '-' }),
      apply: () => append(model, 'import', readings),
    }
  },

  function remove({ definition }, random) {
    const first = random.below(days)
    const from = new Date(firstDay + first * millisPerDay)
    const to = new Date(from.getTime() + (1 + random.below(2)) * millisPerDay)
    const last = new Date(to.getTime() - millisPerDay)
    return {
      text: `remove ${dayOf({ time: from })} to ${dayOf({ time: last })}`,
      definition,
      run: (lake, table) => lake.remove(table, { from, to, remove: true }),
      apply: (model) => removeDays(model, dayOf({ time: from }), dayOf({ time: last })),
    }
  },

  function evolve(model) {
    const definition = { ...model.definition, hasTorque: true }
    return {
      text: 'add the column torque',
      definition,
      run: (lake, table) => lake.register({ tables: [table] }),
      apply: () => void (model.definition = definition),
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
      text: `rewrite with ${definition.level} ${definition.type}`,
      definition,
      run: (lake, table) =>
        lake.rewrite(table, {
          rewrite: true,
          ...(isRenamed && { map: { [former.level]: definition.level } }),
        }),
      apply: () => void (model.definition = definition),
    }
  },
]

/** New readings, or some that were put in before. */
function someReadings(model: ReadingsModel, random: Random): Reading[] {
  if (model.earlier.length > 0 && random.below(3) === 0)
    return random
      .pick(model.earlier)
      .map((reading) => (model.definition.hasTorque ? reading : { ...reading, torque: null }))
  const start = firstDay + random.below(days - 1) * millisPerDay
  const station = random.pick(['a', 'b', 'ü,"\n'])
  const readings = Array.from({ length: 1 + random.below(30) }, () => ({
    time: new Date(start + random.below(2 * 86_400) * 1000),
    station,
    // Eighths are the same numbers as reals and as doubles.
    level: random.below(5) === 0 ? null : random.below(1000) / 8,
    torque: model.definition.hasTorque && random.below(2) === 0 ? random.below(8) / 8 : null,
  }))
  model.earlier.push(readings)
  return readings
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
