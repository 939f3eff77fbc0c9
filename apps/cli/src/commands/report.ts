import { rename, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describeSystemError } from '@minilake/ingest'
import { bytesText } from '@minilake/lake/text'
import { reportPage } from '@minilake/report'
import { Command } from 'commander'
import { asUsage } from '../options/as-usage.js'
import { findTable, tableOption } from '../options/find-table.js'
import { rangeOf, type TimeFlags, withTimeOptions } from '../options/time-options.js'
import { noteEmptyTable } from '../print/note-empty-table.js'
import { type Environment, withSession } from '../session.js'

/** `minilake report`: a table as one HTML file. */
export function reportCommand(environment: Environment): Command {
  const command = new Command('report')
    .description(
      'write an HTML file about a table, which opens in any browser: charts with zoom, alarms, sources, files and the SQL',
    )
    .addOption(tableOption())
    .option('-o, --output <file>', 'file to write (default: <table>.html)')
  return withTimeOptions(command).action(
    (flags: { table?: string; output?: string } & TimeFlags, self: Command) =>
      withSession(self, environment, async (session) => {
        const { lake, terminal, signal } = session
        const table = findTable(lake, flags.table)
        const range = asUsage(() => rangeOf(flags))
        await noteEmptyTable(table, session)
        const page = reportPage(await lake.report(table, { ...range, signal }), { madeAt: new Date() })
        const file = flags.output ?? `${table.name}.html`
        await writeWhole(resolve(environment.process.cwd(), file), page)
        await terminal.data(
          session.json
            ? `${JSON.stringify({ file, bytes: Buffer.byteLength(page) })}\n`
            : `${file}: ${bytesText(Buffer.byteLength(page))}\n`,
        )
      }),
  )
}

/** Writes a file under another name first, so that an older one is there until the new one is complete. */
async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.part`
  try {
    await writeFile(unfinished, text)
    await rename(unfinished, path)
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => {})
    throw new Error(`cannot write ${path}: ${describeSystemError(cause)}`, { cause })
  }
}
