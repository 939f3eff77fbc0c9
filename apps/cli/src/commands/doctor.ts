import { Command } from 'commander'
import { type Diagnosis, diagnose, type Link } from '@minilake/lake'
import { embeddedLinks } from '@minilake/lake'
import { jsonText, tableText } from '../print/result-format.js'
import { namesAwsKeys } from '@minilake/lake'
import { type Environment, type GlobalOptions, openSession, type Session } from '../session.js'
import { stackLinks } from '@minilake/lake'
import { stackSettings } from '@minilake/lake'
import { terminalOn } from '../print/terminal.js'
import { UsageError } from '@minilake/lake'

/** `minilake doctor`: find the link that is broken. */
export function doctorCommand(environment: Environment): Command {
  return new Command('doctor')
    .description(
      'check each link from the config to an answer in order, and name the first broken one with its fix',
    )
    .action(async (_flags: object, command: Command) => {
      const session = await openSession(command, environment).catch((error: unknown) => {
        if (!(error instanceof UsageError) || !command.optsWithGlobals<GlobalOptions>().json) throw error
        return error
      })
      if (session instanceof UsageError) {
        const { process, signal } = environment
        process.exitCode = 2
        const found: Diagnosis[] = [{ link: 'config', state: 'broken', finding: session.message, fix: '' }]
        await terminalOn(process, { quiet: false, signal }).data(`${jsonText(found, 2)}\n`)
        return
      }
      const { terminal, json, signal, fail } = session
      const found = await diagnose(linksOf(session, environment), signal)
      const broken = found.find(({ state }) => state === 'broken')
      if (broken) fail()
      await terminal.data(json ? `${jsonText(found, 2)}\n` : diagnosisText(found))
      if (broken) terminal.warn(brokenText(broken))
      else terminal.note('every link holds')
    })
}

function linksOf(session: Session, { process }: Environment): Link[] {
  const { lake, config, settings, local, signal } = session
  const configured: Link = {
    name: 'config',
    // A store that cannot be, by its settings, is one that the config has wrong.
    check: async () =>
      Promise.resolve(
        `${config.file?.path ?? 'none'}, profile ${settings.profile.value}, ${lake.store.location}`,
      ),
  }
  if (settings.profile.value === 'embedded') return [configured, ...embeddedLinks(lake, signal)]
  const { endpoint, trino, location } = stackSettings(settings)
  const hasOwnKeys = namesAwsKeys(process.env)
  return [
    configured,
    ...stackLinks({ lake, endpoint, trino, location, local, hasOwnKeys, now: Date.now, signal }),
  ]
}

function diagnosisText(found: readonly Diagnosis[]): string {
  const columns = ['link', 'state', 'finding'].map((name) => ({ name, type: 'varchar' as const }))
  return tableText(
    columns,
    found.map(({ link, state, finding }) => ({ link, state, finding: state === 'broken' ? '' : finding })),
  )
}

function brokenText({ link, finding, fix }: Diagnosis): string {
  return `${link} is broken: ${finding}${fix === '' ? '' : ` (${fix})`}`
}
