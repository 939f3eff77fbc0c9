import { Command } from 'commander'
import { type Diagnosis, diagnose, type Link } from '../diagnose.js'
import { embeddedLinks } from '../embedded-links.js'
import { jsonText, tableText } from '../result-format.js'
import { type Environment, openSession, type Session } from '../session.js'
import { stackLinks } from '../stack-links.js'
import { stackSettings } from '../stack-lake.js'

/** `minilake doctor`: find the link that is broken. */
export function doctorCommand(environment: Environment): Command {
  return new Command('doctor')
    .description(
      'check each link from the config to an answer in order, and name the first broken one with its fix',
    )
    .action(async (_flags: object, command: Command) => {
      const session = await openSession(command, environment)
      const { terminal, json, signal, fail } = session
      const found = await diagnose(linksOf(session), signal)
      const broken = found.find(({ state }) => state === 'broken')
      if (broken) fail()
      await terminal.data(json ? `${jsonText(found, 2)}\n` : diagnosisText(found))
      if (broken) terminal.warn(brokenText(broken))
      else terminal.note('every link holds')
    })
}

function linksOf(session: Session): Link[] {
  const { lake, config, settings, local, signal } = session
  const configured: Link = {
    name: 'config',
    check: () => Promise.resolve(`${config.file?.path ?? 'none'}, profile ${settings.profile.value}`),
  }
  if (settings.profile.value === 'embedded') return [configured, ...embeddedLinks(lake, signal)]
  const { endpoint, trino, location } = stackSettings(settings)
  return [configured, ...stackLinks({ lake, endpoint, trino, location, local, now: Date.now, signal })]
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
