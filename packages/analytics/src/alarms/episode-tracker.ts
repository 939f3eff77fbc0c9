import { alarmEndLimit, type AlarmRule } from '@minilake/schema'
import type { Episode } from '../queries/alarm-episodes.js'

/** Follows the alarms of one rule through readings. Times are epoch milliseconds, each later than the one before. */
export interface EpisodeTracker {
  /** Judges the readings of one moment. Calls back when an alarm is raised and when it ends. */
  judge(moment: Moment, report: (change: 'opened' | 'cleared', episode: Episode) => void): void
  /** The alarm that is raised and has not ended. */
  open(): Episode | undefined
  /** Plain data for JSON, for a tracker of the same rule to continue with. */
  state(): AlarmTrackerState
}

/** The readings of one moment, as many as they may be: what a rule needs to know of them. */
interface Moment {
  time: number
  /** Of the readings that are numbers; `least` is greater than `greatest` if none is. */
  least: number
  greatest: number
  /** Readings beyond the rule's limit. */
  rows: number
}

/** What is known of one rule's alarms. Times are epoch milliseconds. */
export interface AlarmTrackerState {
  /** The readings under way in which the alarm condition holds, or does not, and the one of them furthest beyond the limit. */
  run: { isBeyond: boolean; start: number; peak: NumberText; rows: number } | null
  open: { start: number; peak: NumberText; rows: number } | null
}

/** JSON has no infinite numbers. */
type NumberText = number | 'Infinity' | '-Infinity'

/** A tracker of one rule, by the definition of `alarmEpisodes`. */
export function episodeTracker(rule: AlarmRule, known?: AlarmTrackerState): EpisodeTracker {
  const { side, limit } = rule
  const endLimit = alarmEndLimit(rule)
  const onDelay = Math.round(rule.onDelaySeconds * 1000)
  const offDelay = Math.round(rule.offDelaySeconds * 1000)
  let run = known?.run && { ...known.run }
  let open = known?.open && { ...known.open }

  const episode = (end: number | null): Episode => ({
    rule: rule.name,
    severity: rule.severity,
    start: new Date(open!.start),
    end: end === null ? null : new Date(end),
    seconds: end === null ? null : (end - open!.start) / 1000,
    peak: Number(open!.peak),
    rows: BigInt(open!.rows),
  })
  const further = (a: NumberText, b: NumberText): NumberText => {
    const peak = side === 'above' ? Math.max(Number(a), Number(b)) : Math.min(Number(a), Number(b))
    return Number.isFinite(peak) ? peak : peak > 0 ? 'Infinity' : '-Infinity'
  }

  return {
    judge: ({ time, least, greatest, rows }, report) => {
      // Whether a run that goes on at this moment has lasted long enough to raise the alarm or to end it.
      const goOn = () => {
        if (!run) return
        const duration = time - run.start
        if (run.isBeyond && !open && duration >= onDelay) {
          open = { start: run.start, peak: run.peak, rows: run.rows }
          report('opened', episode(null))
        } else if (!run.isBeyond && open && duration >= offDelay) {
          report('cleared', episode(run.start))
          open = null
        }
      }
      const change = (isBeyond: boolean) => {
        if (run?.isBeyond !== isBeyond)
          run = { isBeyond, start: time, peak: side === 'above' ? '-Infinity' : 'Infinity', rows: 0 }
      }
      const hasNumber = least <= greatest
      const [mild, severe] = side === 'above' ? [least, greatest] : [greatest, least]
      const isBack = side === 'above' ? mild <= endLimit : mild >= endLimit
      const isBeyond = side === 'above' ? severe > limit : severe < limit
      const isOnlyBeyond = side === 'above' ? mild > limit : mild < limit

      // In the order of the readings, from the least alarming one; readings that are no numbers come last.
      if (hasNumber && isBack && run) change(false)
      if (!hasNumber || !isOnlyBeyond) goOn()
      if (!hasNumber || !isBeyond) return
      change(true)
      run!.peak = further(run!.peak, severe)
      run!.rows += rows
      if (open) {
        open.peak = further(open.peak, severe)
        open.rows += rows
      }
      goOn()
    },
    open: () => (open ? episode(null) : undefined),
    state: () => ({ run: run ? { ...run } : null, open: open ? { ...open } : null }),
  }
}
