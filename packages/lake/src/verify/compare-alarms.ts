import { alarmEpisodes, alarmRule, type SqlEngine } from '@minilake/analytics'
import type { HighLimitRule, Table } from '@minilake/schema'
import type { StoredTruth } from '../truth/truth-file.js'

/**
 * Compares the alarm episodes that an engine finds with those of the truths, one sentence per difference. Each UTC day is compared by
 * itself, because each truth describes one day.
 */
export async function compareAlarms(
  table: Table,
  truths: readonly StoredTruth[],
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<string[]> {
  const differences: string[] = []
  for (const column of new Set(truths.flatMap(({ alarms }) => Object.keys(alarms)))) {
    const alarms = truths.flatMap((truth) => truth.alarms[column] ?? [])
    const rules = new Map(alarms.map((alarm) => [ruleText(alarm), alarm]))
    if (rules.size > 1) {
      differences.push(
        `alarms of ${column}: the truths have different rules (${[...rules.keys()].join('; ')})`,
      )
      continue
    }
    const { above, deadband, onDelaySeconds, offDelaySeconds } = alarms[0] as HighLimitRule
    const rule = alarmRule(table, { column, above, deadband, onDelaySeconds, offDelaySeconds })
    const query = alarmEpisodes(table, { rules: [rule], eachDay: true })
    const expected = new Map<string, number>()
    for (const { start, end, peak } of alarms.flatMap(({ episodes }) => episodes)) {
      count(expected, episodeText(start, end, peak), 1)
    }
    for await (const { start, end, peak } of engine.query(query, { signal })) {
      count(expected, episodeText(start.toISOString(), end?.toISOString() ?? null, peak), -1)
    }
    for (const [episode, missing] of expected) {
      if (missing > 0) differences.push(`alarm of ${column} ${episode}: expected one, got none`)
      if (missing < 0) differences.push(`alarm of ${column} ${episode}: expected none, got one`)
    }
  }
  return differences.sort()
}

function count(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by)
}

function ruleText({ above, deadband, onDelaySeconds, offDelaySeconds }: HighLimitRule): string {
  return `above ${above}, deadband ${deadband}, delays ${onDelaySeconds} s and ${offDelaySeconds} s`
}

function episodeText(start: string, end: string | null, peak: number): string {
  return `from ${start} to ${end ?? 'the end of the day'} with peak ${peak}`
}
