import { quoteLiteral } from '@minilake/schema'
import type { FormatSql } from './format-sql.js'
import { skippedTime, type ZoneSql } from './zone-sql.js'

/** SQL to read times of a strptime pattern. Throws a RangeError unless either the pattern or the zone states the zone. */
export function patternSql(pattern: string, local: ZoneSql | undefined): FormatSql {
  const parts: string[] = pattern.match(/%-?.|[^%]|%$/g) ?? []
  const namesZone = parts.some((part) => /^%-?[zZ]$/.test(part))
  if (namesZone && local) {
    throw new RangeError(
      `\`zone\` expected none beside the pattern ${pattern}, which reads one from each time`,
    )
  }
  if (!namesZone && !local) {
    throw new RangeError(`the pattern ${pattern} reads no zone (%z): expected \`zone\` to state it`)
  }
  const patterns = withoutZoneNames(parts)
  const hasNanos = parts.includes('%n')
  const parsed = (text: string) =>
    namesZone && hasNanos ? parsedMicros(text, patterns, parts) : tryPatterns(text, patterns)
  const micros = (text: string) =>
    local && hasNanos
      ? `make_timestamp((epoch_ns(${parsed(text)}) - ((epoch_ns(${parsed(text)}) % 1000) + 1000) % 1000) // 1000)`
      : parsed(text)
  const form = `a time of the form ${pattern}${patterns.length === 1 ? '' : ', where %Z is UTC, GMT, Z or an offset'}`
  return {
    microsOfText: (text) => (local ? local.micros(micros(text)) : `epoch_us(${micros(text)})`),
    ...(local && { microsOfLocal: local.micros }),
    ...(local?.isTwice && { isTwice: local.isTwice }),
    isFinerThanMicros: (text) =>
      hasNanos
        ? `regexp_full_match(${text}, ${quoteLiteral(regexOf(parts, { '%n': '\\d{6}\\d*[1-9]\\d*' }))})`
        : 'false',
    reason: (text) =>
      `CASE WHEN ${parsed(text)} IS NULL THEN ${quoteLiteral(`expected ${form}`)} ELSE ${skippedTime} END`,
    ...(parts.some((part) => Object.hasOwn(fullYears, part)) && {
      year: {
        isShort: (text) => `NOT regexp_full_match(${text}, ${quoteLiteral(regexOf(parts, fullYears))})`,
        shortFormat: parts.map((part) => shortYears[part] ?? part).join(''),
      },
    }),
  }
}

function tryPatterns(text: string, patterns: readonly string[]): string {
  return `try_strptime(${text}, [${patterns.map(quoteLiteral).join(', ')}])`
}

// With zones, DuckDB has no nanoseconds and rounds them, so that their last three digits are cut off.
function parsedMicros(text: string, patterns: readonly string[], parts: readonly string[]): string {
  const nanos = regexOf(parts, { '%n': '\\d{6})\\d*(' })
  const cut = `regexp_replace(${text}, ${quoteLiteral(`^(${nanos})$`)}, '\\1\\2')`
  return tryPatterns(
    cut,
    patterns.map((pattern) => pattern.replaceAll('%n', '%f')),
  )
}

/**
 * The patterns that together read what a pattern reads, with %Z as UTC, GMT, Z or an offset only. DuckDB would also read
 * abbreviations, by a list that takes BST for Dhaka and EST for a zone without summer time.
 */
function withoutZoneNames(parts: readonly string[]): string[] {
  if (!parts.includes('%Z')) return [parts.join('')]
  return ['UTC', 'GMT', 'Z', '%z'].map((zone) => parts.map((part) => (part === '%Z' ? zone : part)).join(''))
}

/** Specifiers that read a year of four digits, as regular expressions. */
const fullYears: Readonly<Record<string, string>> = {
  '%Y': '\\d{4}',
  '%G': '\\d{4}',
  '%x': '\\d{4}-.+',
  '%c': '\\d{4}-.+',
}

/** The same specifiers for a year of two digits. */
const shortYears: Readonly<Record<string, string>> = {
  '%Y': '%y',
  '%G': '%y',
  '%x': '%y-%m-%d',
  '%c': '%y-%m-%d %H:%M:%S',
}

/** A regular expression for texts that a pattern reads, with the expressions of some specifiers. */
function regexOf(parts: readonly string[], specifiers: Readonly<Record<string, string>>): string {
  const expressions = parts.map((part) => {
    if (part === '%%') return '%'
    if (part.length > 1) return specifiers[part] ?? '.+'
    return /\s/.test(part) ? '\\s*' : part.replace(/\W/, '\\$&')
  })
  return `\\s*${expressions.join('')}\\s*`
}
