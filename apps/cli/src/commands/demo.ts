import { pump } from '@minilake/schema'
import { Command } from 'commander'
import { findAlarmLimit, findNumericColumns } from '../options/find-table.js'
import { maskCredentials } from '@minilake/lake'
import { hasTrouble, type PipelineView, runPipeline } from '@minilake/lake'
import { printAverages, printResult } from '../print/print-result.js'
import {
  cataloguedLines,
  generatedLines,
  ingestedLines,
  verifiedLines,
  warnOfDifferences,
  warnOfTrouble,
} from '../print/report-lines.js'
import { jsonText } from '../print/result-format.js'
import { type Environment, openSession, type Session } from '../session.js'
import { agrees } from '@minilake/lake'
import { count } from '@minilake/lake'

/** `minilake demo`: the whole lake in one go, on one pump's week. */
export function demoCommand(environment: Environment): Command {
  return new Command('demo')
    .description('the whole lake in one go: generate a week of one pump, ingest, catalog, analyse, verify')
    .option('--overwrite', 'replace files that have other content')
    .action(async ({ overwrite = false }: { overwrite?: boolean }, command: Command) => {
      const session = await openSession(command, environment)
      const { lake, settings, signal } = session
      const view = session.json ? jsonView(session) : textView(session)
      await runPipeline(lake, pump, {
        simulation: { from: '2026-01-01' },
        out: settings.out.value,
        overwrite,
        signal,
        view,
      })
    })
}

/** Shows the steps to a person. */
function textView(session: Session): PipelineView {
  const { lake, settings, terminal, fail } = session
  const out = settings.out.value
  const bucket = maskCredentials(settings['profiles.stack.location'].value)
  const isEmbedded = settings.profile.value === 'embedded'
  const standsFor = isEmbedded ? `  (stands for ${bucket}pump/)` : ''
  const profile = isEmbedded ? '' : ` --profile ${settings.profile.value}`
  const title = (step: string) =>
    terminal.note(`\n── ${step} ${'─'.repeat(Math.max(0, Math.min(terminal.columns, 64) - step.length - 4))}`)
  return {
    generated: (report) => {
      title('generate')
      generatedLines(report, out).forEach((line) => terminal.note(line))
      warnOfTrouble(report, session)
    },
    ingested: (report) => {
      title('ingest')
      ingestedLines(report, lake.store.location).forEach((line) => terminal.note(line))
      warnOfTrouble(report, session)
    },
    catalogued: (report) => {
      title('catalog')
      cataloguedLines(report, lake).forEach((line) => terminal.note(line))
      warnOfDifferences(report, session)
    },
    averaged: async (rows) => {
      title('hourly averages')
      await printAverages(rows, findNumericColumns(pump, '--columns'), session, {})
    },
    alarmed: async (alarms, rows) => {
      const { column, above } = findAlarmLimit(pump)
      title('alarms')
      await terminal.data(`${count(alarms, 'row')} with ${column} > ${above}\n`)
      await printResult(rows, session, {})
    },
    verified: async (verification) => {
      if (!agrees(verification)) fail()
      title('verify')
      await terminal.data(
        verifiedLines(verification)
          .map((line) => `${line}\n`)
          .join(''),
      )
      title('where it lies')
      terminal.note(`data files   ${out}/pump/`)
      terminal.note(`lake         ${lake.store.location}/pump/${standsFor}`)
      terminal.note(`the truth    ${lake.store.location}/_truth/pump/`)
      terminal.note(
        `\nnext: minilake query sql "SELECT count(*) FROM hive.iot_dw.pump"${profile}, minilake status${profile}, minilake clean${profile}`,
      )
    },
  }
}

/** Gathers the steps into one JSON document, printed when the last has been seen. */
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
    catalogued: async ({ differences, ...report }) => {
      document.catalog = { ...report, differences }
      if (differences.length === 0) return
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
