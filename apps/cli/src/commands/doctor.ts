import { extraPartNames, misnamedSettings, takesConnections } from '@minilake/infra'
import { type Check, type CheckResult, type DoctorOptions, FailedCheck, UsageError } from '@minilake/lake'
import { isLoopback, namesAwsKeys, stackSettings } from '@minilake/lake/settings'
import { Command } from 'commander'
import { jsonText, wrapText } from '@minilake/lake/format'
import { downText, runningStack } from '../local-stack.js'
import { count, firstLines } from '@minilake/lake/text'
import { type Terminal, terminalOn } from '../print/terminal.js'
import { type Environment, type GlobalOptions, type Session, withSession } from '../session.js'

/** `minilake doctor`: find what is broken between the config and an answer. */
export function doctorCommand(environment: Environment): Command {
  return new Command('doctor')
    .description(
      'check everything between the config and an answer, in order, and name the first failure with its fix',
    )
    .option(
      '--deep',
      'also read every key below a table and the footer of every data file, and name all that an engine would misread',
    )
    .action((flags: { deep?: boolean }, command: Command) =>
      withSession(command, environment, (session) => doctor(session, environment, flags)).catch(
        (error: unknown) => reportConfig(error, command, environment),
      ),
    )
}

async function doctor(
  session: Session,
  environment: Environment,
  { deep = false }: { deep?: boolean },
): Promise<void> {
  const { process } = environment
  const { lake, config, settings, terminal, json, signal, fail } = session
  const first: Check = {
    name: 'config',
    // Settings that cannot make a store are wrong in the config.
    run: async () =>
      Promise.resolve(
        `${config.file?.path ?? 'none'}, profile ${settings.profile.value}, ${lake.store.location}`,
      ),
  }
  const local = await localChecks(session, environment)
  const hasOwnKeys = namesAwsKeys(process.env)
  const results = await lake.doctor({ deep, first, hasOwnKeys, signal, ...(local && { local }) })
  const failed = results.filter(({ state }) => state === 'failed')
  if (failed.length > 0) fail()
  await terminal.data(json ? `${jsonText(results, 2)}\n` : resultsText(results, terminal))
  if (failed.length === 0) terminal.note('all checks passed')
  failed.flatMap(failureLines).forEach((line) => terminal.warn(line))
}

/** A failed check as one line, or as a line per fault. */
function failureLines({ check, finding, fix, faults }: CheckResult): string[] {
  const withFix = (text: string, how: string) => `${text}${how === '' ? '' : ` (${how})`}`
  if (faults === undefined) return [withFix(`${check} failed: ${finding}`, fix)]
  const lines = faults.map((fault) => `  ${withFix(`${fault.key}: ${fault.fault}`, fault.fix)}`)
  return [
    `${check} failed: ${count(faults.length, 'fault')}${faults.length > 10 ? ' (--json lists all)' : ''}`,
    ...firstLines(lines),
  ]
}

/** The checks of a stack on this machine; undefined when the lake uses another one. */
async function localChecks(session: Session, environment: Environment): Promise<DoctorOptions['local']> {
  const { settings, local } = session
  const { endpoint, trino } = stackSettings(settings)
  if (!isLoopback(endpoint) || !isLoopback(trino) || local.METASTORE_DB_PASSWORD === undefined)
    return undefined
  const { native, parts } = await runningStack(session, environment)
  const extras = parts.filter(({ name }) => extraPartNames.some((extra) => extra === name))
  return {
    extras: extras.map((part) => ({
      name: part.name,
      isIndependent: true,
      run: () => {
        const down = downText({ native, parts: [part] })
        if (down !== undefined) throw new FailedCheck(down, { fix: '' })
        return Promise.resolve(part.where)
      },
    })),
    settingNames: {
      name: 'setting names',
      run: async () => {
        const version = local.TRINO_VERSION
        if (version === undefined) return "the names of the stack's version of Trino"
        const [misnamed] = await misnamedSettings(version)
        if (misnamed === undefined) return `the names of Trino ${version}`
        throw new FailedCheck(misnamed, { fix: 'rename it, or leave TRINO_VERSION as stack.env has it' })
      },
    },
    metastore: {
      name: 'metastore',
      run: async () => {
        const needed = parts.filter(({ name }) => name === 'postgres' || name === 'metastore')
        const down = downText({ native, parts: needed })
        if (down !== undefined) throw new FailedCheck(down, { fix: '' })
        const port = Number(local.METASTORE_PORT ?? 9083)
        if (await takesConnections(port)) return `thrift://127.0.0.1:${port}`
        throw new FailedCheck(`the metastore does not answer at 127.0.0.1:${port}`, {
          fix: 'start the stack: minilake up, or minilake up --native',
        })
      },
    },
  }
}

const marks = { ok: '✓', failed: '✗', 'not run': '·' } as const
const colours = { ok: 'green', failed: 'red', 'not run': 'dim' } as const

function resultsText(results: readonly CheckResult[], terminal: Terminal): string {
  const margin = Math.max(...results.map(({ check }) => check.length))
  const lines = results.map(({ check, state, finding }) => {
    const text = state === 'ok' ? finding : state
    const head = `${terminal.colour(colours[state], marks[state])} ${check.padEnd(margin)}  `
    return `${head}${wrapText(text, { width: terminal.width, indent: margin + 4 })}\n`
  })
  return lines.join('')
}

/** With --json, a config that cannot be read is a failed check too. */
async function reportConfig(
  error: unknown,
  command: Command,
  { process, signal }: Environment,
): Promise<void> {
  if (!(error instanceof UsageError) || !command.optsWithGlobals<GlobalOptions>().json) throw error
  process.exitCode = 2
  const results: CheckResult[] = [{ check: 'config', state: 'failed', finding: error.message, fix: '' }]
  await terminalOn(process, { quiet: false, signal }).data(`${jsonText(results, 2)}\n`)
}
