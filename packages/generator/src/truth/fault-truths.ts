import { millisPerDay, parseUtcDay } from '@minilake/schema'
import type { Fault } from '../faults/fault.js'
import type { Wear } from '../faults/worn-impeller.js'
import { isoOfMillis } from './timestamps.js'
import type { FaultTruth } from './truth.js'

/** The faults of a UTC day as its truth states them, in order of start. Wear has one entry per impeller, cut at midnight. */
export function faultTruths(
  day: string,
  { faults, wear }: { readonly faults: readonly Fault[]; readonly wear: Wear | undefined },
): FaultTruth[] {
  const truths: FaultTruth[] = []
  const dayEnd = (parseUtcDay(day) + 1) * millisPerDay
  for (let start = dayEnd - millisPerDay; wear !== undefined && start < dayEnd;) {
    const end = Math.min(wear.replacedAfter(start), dayEnd)
    truths.push({ fault: 'wornImpeller', start: isoOfMillis(start), end: isoOfMillis(end) })
    start = end
  }
  for (const { fault, startMillis, endMillis, column } of faults) {
    const truth = { fault, start: isoOfMillis(startMillis), end: isoOfMillis(endMillis) }
    truths.push(column === undefined ? truth : { ...truth, column })
  }
  return truths.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))
}
