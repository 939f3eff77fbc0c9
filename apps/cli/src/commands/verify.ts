import { simulatedTables } from '@minilake/generator'
import { Command } from 'commander'
import { jsonText } from '../print/result-format.js'
import { findSimulatedTable } from '../options/find-table.js'
import { type Environment, openSession } from '../session.js'
import { verifiedLines } from '../print/report-lines.js'
import { agrees, verifyTable, type Verification } from '@minilake/lake'

/** `minilake verify`: compare the lake, hour by hour, with what is known from the simulation. */
export function verifyCommand(environment: Environment): Command {
  return new Command('verify')
    .description(
      'compare what the engine says with what is known from the simulation: rows, bounds, sums, NaN and alarms of every hour, alarm episodes, the files themselves',
    )
    .option('--table <name>', 'table to verify (default: every simulated one that has files)')
    .action(async ({ table: name }: { table?: string }, command: Command) => {
      const { lake, terminal, json, signal, fail } = await openSession(command, environment)
      const tables =
        name === undefined
          ? Object.values(simulatedTables)
          : [findSimulatedTable(lake.tables, name, 'verify')]
      const found: Verification[] = []
      for (const table of tables) {
        const engine = await lake.openEngine([table])
        try {
          const verification = await verifyTable(table, lake, engine, signal)
          const { files, missing, withoutTruth } = verification
          if (files + missing.length + withoutTruth.length > 0) found.push(verification)
        } finally {
          await engine.close()
        }
      }
      if (found.length === 0 || !found.every(agrees)) fail()
      if (found.length === 0) {
        terminal.warn(
          `nothing to verify: no file of ${tables.map((table) => table.name).join(' or ')} in ${lake.store.location}/ (minilake generate, then minilake ingest, puts some there)`,
        )
      }
      if (json) await terminal.data(`${jsonText(found, 2)}\n`)
      else for (const line of found.flatMap(verifiedLines)) await terminal.data(`${line}\n`)
    })
}
