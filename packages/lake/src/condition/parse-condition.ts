import { type Column, columnsOf, partitionsOf, type Table } from '@minilake/schema'
import { suggestion } from '../nearest-name.js'
import { columnLiteral, type WrittenLiteral } from './column-literal.js'
import type { Condition, LiteralValue, Operator } from './condition.js'
import { conditionError, conditionTokens, type Token } from './condition-tokens.js'

/** Deeper conditions are not written by people. */
const mostLevels = 100

const operators: Readonly<Record<string, Operator>> = {
  ...{ '=': '=', '<>': '<>', '!=': '<>', '<': '<', '<=': '<=', '>': '>', '>=': '>=' },
}

/**
 * Reads a condition on the rows of a table: comparisons of a column with a literal, `[NOT] IN`, `[NOT] BETWEEN`, `IS [NOT] NULL`, `AND`,
 * `OR`, `NOT` and parentheses, as in SQL; a text of one word may lack its quotes. Throws a UsageError with the place of a mistake.
 */
export function parseCondition(table: Table, text: string): Condition {
  const tokens = conditionTokens(text)
  let at = 0
  const peek = () => tokens[at] as Token
  const next = () => tokens[at++] as Token
  const fail = ({ place }: Token, message: string) => conditionError(text, place, message)
  const isWord = ({ kind, value }: Token, word: string) => kind === 'word' && value === word
  const isSymbol = ({ kind, value }: Token, symbol: string) => kind === 'symbol' && value === symbol
  const takeWord = (word: string) => {
    const isNext = isWord(peek(), word)
    if (isNext) at += 1
    return isNext
  }
  const expectWord = (word: string) => {
    if (!takeWord(word)) throw fail(peek(), `expected ${word.toUpperCase()}, got ${peek().source}`)
  }
  const expectSymbol = (symbol: string) => {
    const token = next()
    if (!isSymbol(token, symbol)) throw fail(token, `expected ${symbol}, got ${token.source}`)
  }

  const joined = (kind: 'and' | 'or', part: (level: number) => Condition, level: number): Condition => {
    const first = part(level)
    const terms = [first]
    while (takeWord(kind)) terms.push(part(level))
    return terms.length === 1 ? first : { kind, terms }
  }
  const either = (level: number): Condition => joined('or', all, level)
  const all = (level: number): Condition => joined('and', negated, level)
  const negated = (level: number): Condition => {
    if (level > mostLevels) throw fail(peek(), `expected at most ${mostLevels} levels of conditions`)
    return takeWord('not') ? { kind: 'not', term: negated(level + 1) } : primary(level)
  }
  const primary = (level: number): Condition => {
    if (!isSymbol(peek(), '(')) return predicate()
    at += 1
    const inner = either(level + 1)
    expectSymbol(')')
    return inner
  }
  const predicate = (): Condition => {
    const { name, column } = columnAt(next())
    const compare = (operator: Operator, value: LiteralValue): Condition => {
      return { kind: 'compare', name, column, operator, value }
    }
    if (takeWord('is')) {
      const isNot = takeWord('not')
      expectWord('null')
      return withNot(isNot, { kind: 'isNull', name })
    }
    const isNot = takeWord('not')
    if (takeWord('in')) {
      expectSymbol('(')
      const terms = [compare('=', literal(name, column))]
      while (isSymbol(peek(), ',')) {
        at += 1
        terms.push(compare('=', literal(name, column)))
      }
      expectSymbol(')')
      return withNot(isNot, { kind: 'or', terms })
    }
    if (takeWord('between')) {
      const least = compare('>=', literal(name, column))
      expectWord('and')
      return withNot(isNot, { kind: 'and', terms: [least, compare('<=', literal(name, column))] })
    }
    const token = next()
    const operator = isNot || token.kind !== 'symbol' ? undefined : operators[token.value]
    if (operator === undefined) {
      const expected = isNot ? 'IN or BETWEEN' : '= <> < <= > >=, IN, BETWEEN or IS NULL'
      throw fail(token, `expected ${expected} after ${isNot ? 'NOT' : name}, got ${token.source}`)
    }
    return compare(operator, literal(name, column))
  }
  const columnAt = (token: Token): { name: string; column: Column } => {
    const names = Object.keys(table.columns)
    const of = `a column of table ${table.name} (${names.join(', ')})`
    if (token.kind !== 'word' && token.kind !== 'name')
      throw fail(token, `expected ${of}, got ${token.source}`)
    const [, column] = columnsOf(table).find(([known]) => known === token.value) ?? []
    if (column !== undefined) return { name: token.value, column }
    const [, partition] = partitionsOf(table).find(([known]) => known === token.value) ?? []
    if (partition !== undefined) {
      const { value } = token
      throw fail(token, `expected ${of}, got the partition ${value}: choose days with \`from\` and \`to\``)
    }
    throw fail(token, `expected ${of}, got ${token.source}${suggestion(token.value, names)}`)
  }
  const literal = (name: string, column: Column): LiteralValue => {
    const { expected, ...of } = columnLiteral[column.type]
    const token = peek()
    const written = bareText(column) ?? writtenLiteral()
    const value = written && of.read(written)
    if (value !== undefined) return value
    const got = isWord(token, 'null') ? 'NULL, which nothing equals (IS NULL finds it)' : token.source
    throw fail(token, `expected ${expected} for ${name}, which is ${column.type}, got ${got}`)
  }
  /** A text may lack its quotes where nothing else can be meant. */
  const bareText = ({ type }: Column): WrittenLiteral | undefined => {
    const { kind, value, source } = peek()
    const isBare =
      kind === 'bare' ||
      (kind === 'word' && !['null', 'true', 'false', 'timestamp', 'date'].includes(value) && !isColumn(value))
    if (type !== 'varchar' || !isBare) return undefined
    at += 1
    return { kind: 'text', text: source }
  }
  const isColumn = (word: string) => columnsOf(table).some(([name]) => name.toLowerCase() === word)
  const writtenLiteral = (): WrittenLiteral | undefined => {
    const { kind, value } = next()
    if (kind === 'number' || kind === 'text') return { kind, text: value }
    if (kind !== 'word') return undefined
    if (value === 'true' || value === 'false') return { kind: 'boolean', text: value }
    if ((value !== 'timestamp' && value !== 'date') || peek().kind !== 'text') return undefined
    return { kind: value, text: next().value }
  }

  const condition = either(1)
  const rest = peek()
  if (rest.kind !== 'end') throw fail(rest, `expected AND, OR or its end, got ${rest.source}`)
  return condition
}

function withNot(isNot: boolean, term: Condition): Condition {
  return isNot ? { kind: 'not', term } : term
}
