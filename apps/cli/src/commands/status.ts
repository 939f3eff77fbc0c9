import { type SqlEngine, tableSummary } from '@minilake/analytics'
import { folderStore, type ObjectStore } from '@minilake/ingest'
import { isDataFileKey, type Table, tablePrefix } from '@minilake/schema'
import { Command } from 'commander'
import { jsonText, tableText } from '../result-format.js'
import { type Environment, openSession } from '../session.js'
import { bytesText } from '../words.js'

/** `minilake status`: what lies where. */
export function statusCommand(environment: Environment): Command {
  return new Command('status')
    .description('show what lies where: files waiting, files in the lake, rows and their time range')
    .option('--out <folder>', 'folder of data files before ingest', 'out')
    .action(async ({ out }: { out: string }, command: Command) => {
      const { lake, terminal, json } = await openSession(command, environment)
      const outStore = folderStore({ folder: out })
      const engine = await lake.openEngine()
      try {
        const tables = []
        for (const table of lake.tables) tables.push(await statusOf(table, outStore, lake.store, engine))
        if (json) {
          await terminal.data(
            `${jsonText({ profile: lake.profile, out, lake: lake.store.location, tables }, 2)}\n`,
          )
          return
        }
        terminal.note(`profile ${lake.profile}: data files in ${out}/, lake in ${lake.store.location}/`)
        const columns = [
          { name: 'table', type: 'varchar' },
          { name: 'files in out', type: 'integer' },
          { name: 'not in the lake', type: 'integer' },
          { name: 'files', type: 'integer' },
          { name: 'size', type: 'integer' },
          { name: 'rows', type: 'bigint' },
          { name: 'first reading', type: 'timestamp' },
          { name: 'last reading', type: 'timestamp' },
        ] as const
        const rows = tables.map((status) => ({
          table: status.table,
          'files in out': status.out.files,
          'not in the lake': status.out.notInLake,
          files: status.lake.files,
          size: bytesText(status.lake.bytes),
          rows: status.lake.rows.toLocaleString('en-US'),
          'first reading': status.lake.first,
          'last reading': status.lake.last,
        }))
        await terminal.data(tableText(columns, rows))
      } finally {
        await engine.close()
      }
    })
}

async function statusOf(table: Table, out: ObjectStore, lake: ObjectStore, engine: SqlEngine) {
  const [waiting, stored] = [await dataFiles(table, out), await dataFiles(table, lake)]
  let summary: { rows: bigint; first: Date | null; last: Date | null } = { rows: 0n, first: null, last: null }
  for await (const row of engine.query(tableSummary(table))) summary = row
  return {
    table: table.name,
    out: { files: waiting.size, notInLake: [...waiting.keys()].filter((key) => !stored.has(key)).length },
    lake: {
      files: stored.size,
      bytes: [...stored.values()].reduce((sum, size) => sum + size, 0),
      ...summary,
    },
  }
}

/** The sizes of a table's data files in a store, by key. */
async function dataFiles(table: Table, store: ObjectStore): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for await (const { key, size } of store.list(tablePrefix(table)))
    if (isDataFileKey(table, key)) found.set(key, size)
  return found
}
