import { simulatedTables } from '@minilake/generator'
import { Command } from 'commander'
import { jsonText } from '../result-format.js'
import { type Environment, findSimulatedTable, openSession } from '../session.js'
import { verifiedLines } from '../report-text.js'
import { agrees, verifyTable, type Verification } from '../verify-lake.js'

/** `minilake verify`: compare the lake, hour by hour, with what is known from the simulation. */
export function verifyCommand(environment: Environment): Command {
  return new Command('verify')
    .description('compare what the engine says of every hour with what is known from the simulation')
    .option('--table <name>', 'table to verify (default: every simulated one that has files)')
    .action(async ({ table: name }: { table?: string }, command: Command) => {
      const { lake, terminal, json, signal, fail } = await openSession(command, environment)
      const tables =
        name === undefined ? Object.values(simulatedTables) : [findSimulatedTable(lake, name, 'verify')]
      const engine = await lake.openEngine()
      try {
        const all: Verification[] = []
        for (const table of tables) all.push(await verifyTable(table, lake.store, engine, signal))
        const found = all.filter(
          ({ files, missing, withoutTruth }) => files + missing.length + withoutTruth.length > 0,
        )
        if (json) await terminal.data(`${jsonText(found, 2)}\n`)
        else
          await terminal.data(
            found
              .flatMap(verifiedLines)
              .map((line) => `${line}\n`)
              .join(''),
          )
        if (found.length === 0) {
          terminal.warn(
            `nothing to verify: no simulated file in ${lake.store.location}/ (minilake generate, then minilake ingest, puts some there)`,
          )
        }
        if (found.length === 0 || !found.every(agrees)) fail()
      } finally {
        await engine.close()
      }
    })
}
