import { UsageError } from '../usage-error.js'

/** A piece of a condition's text. */
export interface Token {
  kind: 'word' | 'bare' | 'name' | 'text' | 'number' | 'symbol' | 'end'
  /** As it stands in the condition. */
  source: string
  /** A word in lower case, a name or a text without its quotes, else the source. */
  value: string
  /** Of its first character, counted from 1. */
  place: number
}

const patterns: readonly [Token['kind'], RegExp][] = [
  ['text', /'(?:[^']|'')*'/y],
  ['name', /"(?:[^"]|"")*"/y],
  ['number', /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['bare', /[A-Za-z_]\w*(?:[-.:]+\w+)+/y], // a text without its quotes
  ['word', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['symbol', /<>|!=|<=|>=|[=<>(),]/y],
]

/** Cuts a condition into tokens; the last one is its end. Throws a UsageError at the first character that begins none. */
export function conditionTokens(text: string): Token[] {
  const tokens: Token[] = []
  const space = /\s*/y
  for (let at = 0; ;) {
    space.lastIndex = at
    at += space.exec(text)?.[0].length ?? 0
    if (at === text.length) break
    const token = tokenAt(text, at)
    if (token === undefined) throw conditionError(text, at + 1, unreadable(text.slice(at)))
    tokens.push(token)
    at += token.source.length
  }
  return [...tokens, { kind: 'end', source: 'its end', value: '', place: text.length + 1 }]
}

/** The error for a condition that is wrong at a place, counted from 1. */
export function conditionError(text: string, place: number, message: string): UsageError {
  return new UsageError(`\`where\` ${message}, at character ${place} of: ${aroundPlace(text, place)}`)
}

/** A text as far as a message can hold it. */
function aroundPlace(text: string, place: number): string {
  const most = 100
  const [start, end] = [place - most > 1 ? place - most : 0, place + most]
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`
}

function tokenAt(text: string, at: number): Token | undefined {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at
    const source = pattern.exec(text)?.[0]
    if (source !== undefined) return { kind, source, value: valueOf(kind, source), place: at + 1 }
  }
  return undefined
}

function valueOf(kind: Token['kind'], source: string): string {
  if (kind === 'word') return source.toLowerCase()
  if (kind === 'text') return source.slice(1, -1).replaceAll("''", "'")
  if (kind === 'name') return source.slice(1, -1).replaceAll('""', '"')
  return source
}

function unreadable(rest: string): string {
  const [character = ''] = rest
  return character === "'" || character === '"'
    ? `expected a closing ${character}, got none`
    : `expected a column, an operator or a value, got ${character}`
}
