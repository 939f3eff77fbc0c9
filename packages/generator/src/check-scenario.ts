import { checkKeys, shown } from './check-keys.js'
import { usableSeconds } from './faults/fault.js'
import { keysOf } from './keys-of.js'
import type { Delivery, Faults, Range } from './scenario.js'

const scenarioKeys = ['name', 'faults', 'delivery'] as const

const faultChecks: Readonly<Record<keyof Faults, (subject: string, options: unknown) => void>> = {
  blockedDischarge: checkSpells,
  cavitation: checkSpells,
  dryRun: checkSpells,
  chatter: checkSpells,
  wornImpeller: (subject, options) => {
    const keys = ['days', 'headLoss'] as const
    checkKeys(subject, options, keys, keys)
    checkRange(`${subject}.days`, options.days, 1, 3650, 'whole')
    checkNumber(`${subject}.headLoss`, options.headLoss, 0, 0.5)
  },
  stuckSensor: checkSpells,
  spikes: (subject, options) => {
    checkKeys(subject, options, ['perDay'], ['perDay'])
    checkPerDay(subject, options.perDay)
  },
  nan: (subject, options) => {
    const keys = ['perDay', 'readings'] as const
    checkKeys(subject, options, keys, keys)
    checkPerDay(subject, options.perDay)
    checkRange(`${subject}.readings`, options.readings, 1, 1_000_000, 'whole')
  },
}

const deliveryRates: Readonly<Record<keyof Delivery, true>> = {
  missing: true,
  duplicates: true,
  outOfOrder: true,
  late: true,
}

/** Throws a TypeError if a scenario has the wrong shape, a RangeError if a rate or a duration is out of range. */
export function checkScenario(scenario: unknown): void {
  checkKeys('scenario', scenario, scenarioKeys, scenarioKeys)
  const { name, faults, delivery } = scenario
  if (typeof name !== 'string' || name === '')
    throw new TypeError(`scenario name expected a non-empty string, got ${shown(name)}`)
  const subject = `scenario ${name}`

  checkKeys(`${subject}: faults`, faults, keysOf(faultChecks), [])
  for (const fault of keysOf(faults)) {
    const options = faults[fault]
    if (options !== undefined) faultChecks[fault](`${subject}: ${fault}`, options)
  }

  checkKeys(`${subject}: delivery`, delivery, keysOf(deliveryRates), [])
  let total = 0
  for (const [name, rate] of Object.entries(delivery))
    if (rate !== undefined) total += checkNumber(`${subject}: ${name}`, rate, 0, 1)
  if (total > 1)
    throw new RangeError(`${subject}: delivery expected rates that add up to at most 1, got ${total}`)
}

function checkSpells(subject: string, options: unknown): void {
  const keys = ['perDay', 'seconds'] as const
  checkKeys(subject, options, keys, keys)
  const perDay = checkPerDay(subject, options.perDay)
  const [, longest] = checkRange(`${subject}.seconds`, options.seconds, 1, usableSeconds, 'any')
  if (Math.ceil(perDay) * longest > usableSeconds) {
    throw new RangeError(
      `${subject} expected faults that fit into a day (${usableSeconds} s), got ${perDay} a day of up to ${longest} s`,
    )
  }
}

// No more often than once a second.
function checkPerDay(subject: string, value: unknown): number {
  return checkNumber(`${subject}.perDay`, value, 0, usableSeconds)
}

function checkNumber(subject: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !(value >= min && value <= max))
    throw new RangeError(`${subject} expected a number from ${min} to ${max}, got ${shown(value)}`)
  return value
}

function checkRange(
  subject: string,
  value: unknown,
  min: number,
  max: number,
  numbers: 'any' | 'whole',
): Range {
  const isAllowed = (bound: unknown): bound is number =>
    typeof bound === 'number' &&
    bound >= min &&
    bound <= max &&
    (numbers === 'any' || Number.isInteger(bound))
  if (Array.isArray(value) && value.length === 2) {
    const bounds: readonly unknown[] = value
    const [from, to] = bounds
    if (isAllowed(from) && isAllowed(to) && from <= to) return [from, to]
  }
  throw new RangeError(
    `${subject} expected [min, max] ${numbers === 'whole' ? 'whole numbers ' : ''}from ${min} to ${max}, got ${shown(value)}`,
  )
}
