import type { Random } from './evidence.js'
import type { Definition, Reading, ReadingsModel } from './readings-model.js'

export const millisPerDay = 86_400_000
const firstDay = Date.UTC(2026, 0, 1)
const secondsPerDay = 86_400
const days = 6
const stations = ['a', 'b', 'ü,"\n']

/** A moment of the days that readings lie in, or of some days after them. */
export function someMoment(random: Random, daysAfter = 0): Date {
  return new Date(firstDay + random.below((days + daysAfter) * secondsPerDay) * 1000)
}

/** The start of a day. */
export function someDay(random: Random): Date {
  return new Date(firstDay + random.below(days) * millisPerDay)
}

/** A range of whole days, or of any seconds; at most two days. */
export function someTimes(random: Random) {
  const unit = random.pick([1000, millisPerDay])
  const from = new Date(firstDay + random.below((days * millisPerDay) / unit) * unit)
  const to = new Date(from.getTime() + (1 + random.below((2 * millisPerDay) / unit)) * unit)
  return { from, to, isIn: ({ time }: Reading) => time >= from && time < to }
}

/** A condition of `--where`, and the same in TypeScript. Nothing is true of a missing value. */
export function someCondition({ level, hasTorque }: Definition, random: Random) {
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
export function someReadings(model: ReadingsModel, random: Random): Reading[] {
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
