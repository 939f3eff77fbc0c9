import type { FormatSql } from './format-sql.js'
import { skippedTime, type ZoneSql } from './zone-sql.js'

/** SQL to read ISO 8601, with a zone in each time or in the given zone. */
export function isoSql(local: ZoneSql | undefined): FormatSql {
  // Checks the characters where a zone would start: a regular expression for every time would cost as much as reading it.
  const namesZone = (text: string) => {
    const signs = [-6, -5, -3].map((at) => `substr(${text}, ${at}, 1) IN ('+', '-')`).join(' OR ')
    const beforeSpace = `suffix(${text}, ' ') AND regexp_matches(${text}, '([^A-Za-z]Z|UTC|[+-]\\d\\d(:?\\d\\d)?)\\s+$')`
    // DuckDB would take NZ for New Zealand. No other zone ends in Z.
    return `(strlen(${text}) > 10 AND ((suffix(${text}, 'Z') AND NOT suffix(${text}, 'NZ') AND NOT suffix(${text}, 'nZ')) OR suffix(${text}, ' UTC') OR ${signs} OR ${beforeSpace}))`
  }
  const withSeconds = (text: string) =>
    `regexp_replace(${text}, '^(\\s*\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d) ?(Z|[+-].*)$', '\\1:00\\2')`
  // What DuckDB does not read: a comma before the fraction, 24:00 without seconds, and an offset after a blank.
  const usual = (text: string) =>
    `regexp_replace(regexp_replace(regexp_replace(${text}, '(:\\d\\d),(\\d)', '\\1.\\2'), '([T ])24:00 ?($|[Z+-])', '\\124:00:00\\2'), '(:\\d\\d(\\.\\d+)?) ([+-]\\d\\d:?(\\d\\d)?)$', '\\1\\3')`
  const localTime = (text: string) =>
    `coalesce(TRY_CAST(${text} AS TIMESTAMP), TRY_CAST(${usual(text)} AS TIMESTAMP))`
  const common = {
    ...(local && { microsOfLocal: local.micros }),
    ...(local?.isTwice && { isTwice: local.isTwice }),
    isFinerThanMicros: (text: string) =>
      `(strlen(${text}) > 26 AND regexp_matches(${text}, '[.,]\\d{6}0*[1-9]'))`,
    year: {
      isShort: (text: string) => `NOT regexp_matches(${text}, '^\\s*\\d{4}')`,
      shortFormat: '%y-%m-%d %H:%M:%S',
    },
  }
  if (local) {
    return {
      ...common,
      microsOfText: (text) => `CASE WHEN NOT ${namesZone(text)} THEN ${local.micros(localTime(text))} END`,
      reason: (text) =>
        `CASE WHEN ${localTime(text)} IS NULL THEN 'expected ISO 8601 without a zone, such as 2026-01-01T00:00:00, or another \`timeFormat\`' WHEN ${namesZone(text)} THEN 'expected a time without a zone, as \`zone\` states the zone of all times' ELSE ${skippedTime} END`,
    }
  }
  return {
    ...common,
    microsOfText: (text) =>
      `CASE WHEN ${namesZone(text)} THEN epoch_us(coalesce(TRY_CAST(${text} AS TIMESTAMPTZ), TRY_CAST(${withSeconds(text)} AS TIMESTAMPTZ), TRY_CAST(${usual(text)} AS TIMESTAMPTZ))) END`,
    reason: (text) =>
      `CASE WHEN TRY_CAST(${text} AS TIMESTAMP) IS NULL THEN 'expected ISO 8601 with a zone, such as 2026-01-01T00:00:00Z, or another \`timeFormat\`' ELSE 'expected Z or an offset such as +02:00 at the end, or \`zone\` to state the zone of all times' END`,
  }
}
