import { agrees } from '@minilake/lake'
import { Command } from 'commander'
import { asUsageError } from '../options/as-usage.js'
import { findTable } from '../options/find-table.js'
import { verifiedLines } from '../print/report-lines.js'
import { jsonText } from '@minilake/lake/format'
import { type Environment, withSession } from '../session.js'

/** `minilake verify`: compare the lake with the truth of the simulation. */
export function verifyCommand(environment: Environment): Command {
  return new Command('verify')
    .description(
      'compare what the engine reads with the truth of the simulation: rows, bounds, sums, NaN and alarms of every hour, alarm episodes, and the files themselves; other tables with the counts and bounds in their files',
    )
    .option('--table <name>', 'table to verify (default: every one that has files)')
    .action(({ table: name }: { table?: string }, command: Command) =>
      withSession(command, environment, async ({ lake, terminal, json, signal, fail }) => {
        const tables = name === undefined ? undefined : [findTable(lake, name)]
        const found = await lake.verify({ signal, ...(tables && { tables }) }).catch((error: unknown) => {
          throw asUsageError(error)
        })
        if (found.length === 0 || !found.every(agrees)) fail()
        if (found.length === 0) {
          terminal.warn(
            `nothing to verify: ${lake.store.location}/ has no file of ${name ?? lake.tables.map((table) => table.name).join(' or ')} (minilake generate, then minilake ingest, puts some there)`,
          )
        }
        if (json) await terminal.data(`${jsonText(found, 2)}\n`)
        else for (const line of found.flatMap(verifiedLines)) await terminal.data(`${line}\n`)
      }),
    )
}
