import { formatUtcDay, millisPerDay } from '@minilake/schema'
import { preciseDate } from '../precise-date.js'

/** A date as `YYYY-MM-DD`. */
export function dateOf(text: string): string {
  return text.length === 10 ? text : formatUtcDay(millisOf(`${text} 00:00:00`, '') / millisPerDay)
}

/** A timestamp as a Date with all its digits. */
export function timeOf(text: string): Date {
  return preciseDate(millisOf(text, ''), finerDigits(text))
}

/** A timestamp with a zone as a Date. Throws a RangeError for a zone other than UTC or an offset. */
export function zonedTimeOf(text: string): Date {
  const zone = text.lastIndexOf(' ')
  const offset = /^(?:UTC|Z|([+-])(\d\d):(\d\d))$/.exec(text.slice(zone + 1))
  if (offset === null) {
    // In the hour that a zone's clocks repeat, the zone's name leaves open which moment is meant.
    throw new RangeError(
      `time with a zone expected UTC or an offset, got ${text}: select it AT TIME ZONE 'UTC', or as text by CAST(… AS VARCHAR)`,
    )
  }
  const [, sign, hours = 0, minutes = 0] = offset
  const offsetMillis = (Number(hours) * 60 + Number(minutes)) * 60_000
  const local = text.slice(0, zone)
  const millis = millisOf(local, text.slice(zone))
  return preciseDate(sign === '-' ? millis + offsetMillis : millis - offsetMillis, finerDigits(local))
}

/** Epoch milliseconds of '[±]YYYY-MM-DD hh:mm:ss.f…' as UTC; finer digits are dropped. Throws a RangeError beyond Date's range. */
export function millisOf(text: string, zone: string): number {
  const isSigned = text[0] === '-' || text[0] === '+'
  const at = text.indexOf('-', 1)
  const year = digits(text, isSigned ? 1 : 0, at)
  const days = daysOf(
    text[0] === '-' ? -year : year,
    digits(text, at + 1, at + 3),
    digits(text, at + 4, at + 6),
  )
  const minutes = digits(text, at + 7, at + 9) * 60 + digits(text, at + 10, at + 12)
  const seconds = minutes * 60 + digits(text, at + 13, at + 15)
  const places = Math.min(Math.max(text.length - at - 16, 0), 3)
  const fraction = digits(text, at + 16, at + 16 + places) * 10 ** (3 - places)
  const millis = days * millisPerDay + seconds * 1000 + fraction
  if (!(Math.abs(millis) <= 8.64e15)) {
    throw new RangeError(`timestamp expected one that a Date can hold, got ${text}${zone}`)
  }
  return millis
}

/** The microseconds of a time after its milliseconds, 0 to 999; finer digits are dropped. */
export function finerMicros(text: string): number {
  const from = text.length > 23 ? text.indexOf('.') + 4 : 0
  return from < 4 ? 0 : Number(text.slice(from, from + 3).padEnd(3, '0'))
}

/** The digits of a time after its milliseconds. */
function finerDigits(text: string): string {
  const point = text.indexOf('.')
  return point === -1 ? '' : text.slice(point + 4)
}

/** Days since 1970-01-01. Years are counted from 1 March, so that the leap day is the last day of a year. */
function daysOf(year: number, month: number, day: number): number {
  // Faster than Date.UTC.
  const years = month > 2 ? year : year - 1
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400)
  const daysBeforeMonth = Math.floor((153 * ((month + 9) % 12) + 2) / 5)
  return 365 * years + leapDays + daysBeforeMonth + day - 719_469
}

function digits(text: string, from: number, to: number): number {
  let value = 0
  for (let index = from; index < to; index++) value = 10 * value + text.charCodeAt(index) - 48
  return value
}
