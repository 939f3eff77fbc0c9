import { checkKeys, shown } from './check-keys.js'
import type { Delivery, Faults } from './scenario.js'
import { usableSeconds } from './faults/plan-faults.js'

// The options of each fault; `usableSeconds` also bounds how often a fault may come.
const faultOptions: Readonly<Record<keyof Faults, readonly Option[]>> = {
  blockedDischarge: ['perDay', 'seconds'],
  cavitation: ['perDay', 'seconds'],
  dryRun: ['perDay', 'seconds'],
  chatter: ['perDay', 'seconds'],
  wornImpeller: ['days', 'headLoss'],
  stuckSensor: ['perDay', 'seconds'],
  spikes: ['perDay'],
  nan: ['perDay', 'readings'],
}

type Option = keyof typeof checks

const checks = {
  perDay: (subject: string, value: unknown) => checkNumber(subject, value, 0, usableSeconds),
  headLoss: (subject: string, value: unknown) => checkNumber(subject, value, 0, 0.5),
  seconds: (subject: string, value: unknown) => checkRange(subject, value, 1, usableSeconds, Number.isFinite),
  days: (subject: string, value: unknown) => checkRange(subject, value, 1, 3650, Number.isInteger),
  readings: (subject: string, value: unknown) => checkRange(subject, value, 1, 1_000_000, Number.isInteger),
}

const deliveryRates: Readonly<Record<keyof Delivery, true>> = {
  missing: true,
  duplicates: true,
  outOfOrder: true,
  late: true,
}

/** Throws a TypeError for a scenario of another shape, a RangeError for rates and durations that make no sense. */
export function checkScenario(scenario: unknown): void {
  checkKeys('scenario', scenario, ['name', 'faults', 'delivery'], ['name', 'faults', 'delivery'])
  const { name, faults, delivery } = scenario as Readonly<Record<string, unknown>>
  if (typeof name !== 'string' || name === '')
    throw new TypeError(`scenario name expected a text that is not empty, got ${shown(name)}`)
  const subject = `scenario ${name}`

  checkKeys(`${subject}: faults`, faults, Object.keys(faultOptions), [])
  for (const [fault, options] of Object.entries(faults as Faults)) {
    if (options !== undefined) checkFault(`${subject}: ${fault}`, fault as keyof Faults, options)
  }

  checkKeys(`${subject}: delivery`, delivery, Object.keys(deliveryRates), [])
  const rates = Object.entries(delivery as Delivery).filter(([, rate]) => rate !== undefined)
  for (const [rate, value] of rates) checkNumber(`${subject}: ${rate}`, value, 0, 1)
  const all = rates.reduce((sum, [, rate]) => sum + (rate as number), 0)
  if (all > 1)
    throw new RangeError(`${subject}: delivery expected rates that add up to at most 1, got ${all}`)
}

function checkFault(subject: string, fault: keyof Faults, options: unknown): void {
  const known = faultOptions[fault]
  checkKeys(subject, options, known, known)
  const values = options as Readonly<Record<Option, unknown>>
  for (const option of known) checks[option](`${subject}.${option}`, values[option])
  if (!known.includes('seconds')) return
  const { perDay, seconds } = options as { perDay: number; seconds: [number, number] }
  if (Math.ceil(perDay) * seconds[1] > usableSeconds) {
    throw new RangeError(
      `${subject} expected spells that fit in a day (${usableSeconds} s), got ${perDay} a day of up to ${seconds[1]} s`,
    )
  }
}

function checkNumber(subject: string, value: unknown, least: number, most: number): void {
  if (typeof value !== 'number' || !(value >= least && value <= most))
    throw new RangeError(`${subject} expected a number from ${least} to ${most}, got ${shown(value)}`)
}

function checkRange(
  subject: string,
  value: unknown,
  least: number,
  most: number,
  isNumber: (value: unknown) => boolean,
): void {
  const [from, to] = Array.isArray(value) && value.length === 2 ? (value as [number, number]) : [NaN, NaN]
  if (!isNumber(from) || !isNumber(to) || from < least || to > most || from > to) {
    throw new RangeError(
      `${subject} expected [least, most] ${isNumber === Number.isInteger ? 'whole numbers ' : ''}from ${least} to ${most}, got ${shown(value)}`,
    )
  }
}
