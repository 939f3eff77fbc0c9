import { agrees, hasTrouble, type PipelineView, runPipeline, UsageError } from '@minilake/lake'
import { maskCredentials } from '@minilake/lake/settings'
import { count } from '@minilake/lake/text'
import { pump } from '@minilake/schema'
import { Command } from 'commander'
import { findAlarmRules, limitsText } from '../options/alarm-options.js'
import { findNumericColumns } from '../options/find-table.js'
import { printResult } from '../print/print-result.js'
import { printHourly } from '../print/print-windows.js'
import {
  generatedLines,
  ingestedLines,
  registeredLines,
  verifiedLines,
  warnOfDifferences,
  warnOfTrouble,
} from '../print/report-lines.js'
import { jsonText } from '@minilake/lake/format'
import { type Environment, type Session, withSession } from '../session.js'

/** `minilake demo`: the whole lake in one go, with a week of one pump. */
export function demoCommand(environment: Environment): Command {
  return new Command('demo')
    .description(
      'run the whole lake in one go: generate a week of one pump, ingest, catalog, analyse and verify it',
    )
    .option('--overwrite', 'replace files that have other content')
    .action(({ overwrite = false }: { overwrite?: boolean }, command: Command) =>
      withSession(command, environment, async (session) => {
        const { lake, config, signal } = session
        if (!lake.tables.some(({ name }) => name === pump.name)) {
          throw new UsageError(
            `demo needs the table pump, which ${config.file?.path ?? 'the config'} leaves out: add it to tables, or run demo in another folder`,
          )
        }
        const view = session.json ? jsonView(session) : textView(session)
        await runPipeline(lake, pump, { simulation: { from: '2026-01-01' }, overwrite, signal, view })
      }),
    )
}

/** Shows the steps to a person. */
function textView(session: Session): PipelineView {
  const { lake, settings, terminal, fail } = session
  const { location } = lake.store
  const isEmbedded = lake.profile === 'embedded'
  const bucket = maskCredentials(settings['profiles.stack.location'].value)
  const standsFor = isEmbedded ? `  (in the place of ${bucket}pump/)` : ''
  const profile = isEmbedded ? '' : ` --profile ${lake.profile}`
  const title = (step: string) => {
    const line = '─'.repeat(Math.max(0, Math.min(terminal.columns, 64) - step.length - 4))
    terminal.note(`\n── ${step} ${line}`)
  }
  return {
    generated: (report) => {
      title('generate')
      generatedLines(report, lake.out).forEach((line) => terminal.note(line))
      warnOfTrouble(report, session)
    },
    ingested: (report) => {
      title('ingest')
      ingestedLines(report, location).forEach((line) => terminal.note(line))
      warnOfTrouble(report, session)
    },
    registered: (report) => {
      title('catalog')
      registeredLines(report, lake).forEach((line) => terminal.note(line))
      warnOfDifferences(report, session)
    },
    averaged: async (rows) => {
      title('hourly averages')
      const columns = findNumericColumns(pump, '--columns')
      await printHourly(rows, { table: pump, columns }, session, {})
    },
    alarmed: async (alarms, rows) => {
      title('alarms')
      await terminal.data(`${count(alarms, 'row')} with ${limitsText(findAlarmRules(pump, {}))}\n`)
      await printResult(rows, session, {})
    },
    verified: async (verification) => {
      if (!agrees(verification)) fail()
      title('verify')
      for (const line of verifiedLines(verification)) await terminal.data(`${line}\n`)
      title('where it is')
      terminal.note(`data files   ${lake.out}/pump/`)
      terminal.note(`lake         ${location}/pump/${standsFor}`)
      terminal.note(`truth        ${location}/_truth/pump/`)
      terminal.note(
        `\nnext: minilake query sql "SELECT count(*) FROM hive.iot_dw.pump"${profile}, minilake status${profile}, minilake clean${profile}`,
      )
    },
  }
}

/** Gathers the steps into one JSON document, printed after the last. */
function jsonView({ terminal, fail }: Session): PipelineView {
  const document: Record<string, unknown> = {}
  const print = () => terminal.data(`${jsonText(document, 2)}\n`)
  const report = async (step: string, value: Parameters<typeof hasTrouble>[0]) => {
    document[step] = value
    if (!hasTrouble(value)) return
    fail()
    await print()
  }
  return {
    generated: (value) => report('generated', value),
    ingested: (value) => report('ingested', value),
    registered: async (value) => {
      document.catalog = value
      if (value.differences.length === 0) return
      fail()
      await print()
    },
    averaged: async (rows) => {
      document.hourly = await collect(rows)
    },
    alarmed: async (alarms, rows) => {
      document.alarms = { count: alarms, rows: await collect(rows) }
    },
    verified: async (verification) => {
      document.verified = verification
      if (!agrees(verification)) fail()
      await print()
    },
  }
}

async function collect<R>(rows: AsyncIterable<R>): Promise<R[]> {
  const all: R[] = []
  for await (const row of rows) all.push(row)
  return all
}
