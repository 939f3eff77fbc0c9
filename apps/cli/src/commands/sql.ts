import { readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { splitStatements, statementText } from '@minilake/analytics'
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
  const run = async (statements: readonly string[]) => {
    const either = AbortSignal.any([signal, query.signal])
    for (const sql of statements)
      await printResult(session.lake.query(sql, { signal: either }), session, flags)
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
      if (word.startsWith('.')) await attempt(() => obey(word))
      else {
        const { statements, rest } = splitStatements(`${statement}${line}\n`)
        statement = isBlank.test(rest) ? '' : rest
        await attempt(() => run(statements))
      }
      ask(statement === '' ? 'minilake> ' : '      ... ')
    }
    signal.throwIfAborted()
    if (statementText(statement) !== '') await attempt(() => run([statement]))
  } finally {
    lines.close()
  }
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
