import { readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { QueryError, splitStatements, statementText } from '@minilake/analytics'
import { UsageError } from '@minilake/lake'
import { columnsOf, sqlTableName } from '@minilake/schema'
import { Command } from 'commander'
import { withPrintOptions } from '../options/print-options.js'
import { errorText } from '../print/error-text.js'
import { type PrintFlags, printResult } from '../print/print-result.js'
import { type Environment, type Session, withSession } from '../session.js'

const help = `A statement ends with a semicolon and may have several lines. Ctrl-C cancels a query.
.tables  the tables and their columns
.help    this text
.quit    leaves; so does Ctrl-D
`

/** `minilake sql`: a prompt for SQL. */
export function sqlPromptCommand(environment: Environment): Command {
  const command = new Command('sql').description(
    "a prompt for SQL in the engine's own dialect, with a history; reads statements from standard input if that is no terminal, and ends at the first error",
  )
  return withPrintOptions(command).action((flags: PrintFlags, self: Command) =>
    withSession(self, environment, (session) => prompt(session, flags, environment)),
  )
}

async function prompt(session: Session, flags: PrintFlags, { process }: Environment): Promise<void> {
  const { terminal, signal } = session
  const { stdin, stderr } = process
  const isTerminal = stdin.isTTY && stderr.isTTY
  const lines = createInterface({
    ...{ input: stdin, output: stderr, terminal: isTerminal, signal, historySize: 1000 },
    ...{ prompt: 'minilake> ', removeHistoryDuplicates: true },
    ...(isTerminal && { history: await readHistory() }),
  })
  if (isTerminal) {
    keepHistory(lines)
    terminal.note('SQL ends with a semicolon; .help says more')
  }
  let statement = ''
  /** The input before the statement: a line break for each line, and the part of its own line. */
  let before = ''
  let query = new AbortController()
  let isRunning = false
  const ask = (text = 'minilake> ') => {
    lines.setPrompt(text)
    if (isTerminal) lines.prompt()
  }
  lines.on('SIGINT', () => {
    if (isRunning) return query.abort(new Error('the query was cancelled'))
    statement = ''
    stderr.write('\n')
    ask()
  })
  let written = 0
  const run = async (statements: readonly string[], text: string) => {
    const either = AbortSignal.any([signal, query.signal])
    if (flags.output !== undefined && (written += statements.length) > 1)
      throw new UsageError(
        `--output expected one statement, got ${isTerminal ? 'another' : statements.length}: ${flags.output} holds one result`,
      )
    let from = 0
    for (const sql of statements) {
      from = text.indexOf(sql, from)
      const place = { sql, before: before + text.slice(0, from) }
      await printResult(session.lake.query(sql, { signal: either }), session, flags).catch(
        (error: unknown) => {
          throw isTerminal ? error : inInput(error, place)
        },
      )
      from += sql.length
    }
  }
  const obey = async (word: string) => {
    const commands: Record<string, () => string> = {
      '.tables': () => tablesText(session),
      '.help': () => help,
    }
    const textOf = commands[word]
    if (!textOf) throw new UsageError(`expected .tables, .help or .quit, got ${word}`)
    await terminal.data(textOf())
  }
  /** An error ends the prompt only if nobody types at it. */
  const attempt = async (work: () => Promise<void>) => {
    query = new AbortController()
    isRunning = true
    try {
      await work()
    } catch (error) {
      if (signal.aborted || !isTerminal) throw error
      stderr.write(errorText(error, { json: false, verbose: false, exitCode: 1, process }))
    } finally {
      isRunning = false
    }
  }
  ask()
  try {
    for await (const line of lines) {
      const word = statement === '' ? line.trim() : ''
      if (word === '.quit' || word === '.exit') return
      if (word.startsWith('.')) {
        await attempt(() => obey(word))
        before += '\n'
      } else {
        const text = `${statement}${line}\n`
        // A file is written once all is read, so that nothing is if there are several statements.
        const isLater = flags.output !== undefined && !isTerminal
        const { statements, rest } = isLater ? { statements: [], rest: text } : splitStatements(text)
        statement = isBlank.test(rest) ? '' : rest
        await attempt(() => run(statements, text))
        before = lastLine(before + text.slice(0, text.length - statement.length))
      }
      ask(statement === '' ? 'minilake> ' : '      ... ')
    }
    signal.throwIfAborted()
    const { statements, rest } = splitStatements(statement)
    const all = statementText(rest) === '' ? statements : [...statements, rest]
    if (all.length > 0) await attempt(() => run(all, statement))
  } finally {
    lines.close()
  }
}

/** An error in a statement with the line of the input that it is on, and the statement after as many lines. */
function inInput(error: unknown, { sql, before }: { sql: string; before: string }): unknown {
  if (!(error instanceof QueryError) || error.line === undefined) return error
  const { message, line, column, ...facts } = error
  const start = before.lastIndexOf('\n') + 1
  const place = {
    line: line + before.split('\n').length - 1,
    ...(column !== undefined && { column: line === 1 ? column + before.length - start : column }),
  }
  return new QueryError(message, { ...facts, ...place, sql: before + sql, cause: error.cause })
}

/** The last line of a text, after the line breaks of the others. */
function lastLine(text: string): string {
  return text.replace(/.*\n/g, '\n')
}

/** Lines without SQL. */
const isBlank = /^(?:\s*--.*\n)*\s*$/

function tablesText({ lake }: Session): string {
  return lake.tables
    .map((table) => {
      const columns = columnsOf(table).map(([name, { type }]) => `${name} ${type}`)
      return `${sqlTableName(table).replaceAll('"', '')}: ${columns.join(', ')}\n`
    })
    .join('')
}

const historyFile = join(homedir(), '.minilake_sql_history')

/** The last lines that were typed, the newest first. */
async function readHistory(): Promise<string[]> {
  const text = await readFile(historyFile, 'utf8').catch(() => '')
  return text.split('\n').filter((line) => line !== '')
}

function keepHistory(lines: Interface): void {
  lines.on('history', (history: string[]) => {
    // Only the user may read it, as statements may hold personal data. If the home folder cannot be written, no history is kept.
    void writeFile(historyFile, `${history.join('\n')}\n`, { mode: 0o600 }).catch(() => {})
  })
}
