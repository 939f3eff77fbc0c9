import { tableSummary } from '@minilake/analytics'
import { folderStore, type ObjectStore } from '@minilake/ingest'
import type { Table } from '@minilake/schema'
import { Command } from 'commander'
import { dataFilesOf } from '@minilake/lake'
import { messageWithHint } from '../print/error-hint.js'
import { localStack, partsText, runningParts } from '../local-stack.js'
import { printConfig } from '../print/print-config.js'
import { jsonText, tableText } from '../print/result-format.js'
import { type Environment, type GlobalOptions, openSession, type Session } from '../session.js'
import { settingOption } from '../options/setting-option.js'
import { bytesText } from '@minilake/lake'

/** `minilake status`: what lies where. */
export function statusCommand(environment: Environment): Command {
  return new Command('status')
    .description(
      'show what lies where: files waiting, files in the lake, rows and their time range, parts of the local stack; with --config alone: what is set where',
    )
    .addOption(settingOption('out', 'folder'))
    .option('--native', 'show the parts of the stack that minilake up --native has started instead')
    .action(async ({ native = false }: { native?: boolean }, command: Command) => {
      const session = await openSession(command, environment)
      if (command.optsWithGlobals<GlobalOptions>().config?.alone) return printConfig(session)
      const { lake, settings, terminal, json } = session
      if (native) {
        const parts = await (
          await localStack(session, environment, { native, credentials: 'optional' })
        ).status()
        await terminal.data(json ? `${jsonText(parts, 2)}\n` : partsText(parts))
        return
      }
      const [profile, out] = [settings.profile.value, settings.out.value]
      const parts = profile === 'stack' ? await runningParts(session, environment) : []
      const tables = []
      for (const table of lake.tables)
        tables.push(await statusOf(table, folderStore({ folder: out }), session))
      if (json) {
        await terminal.data(`${jsonText({ profile, out, lake: lake.store.location, parts, tables }, 2)}\n`)
        return
      }
      terminal.note(`profile ${profile}: data files in ${out}/, lake in ${lake.store.location}/`)
      if (parts.length > 0) await terminal.data(`${partsText(parts)}\n`)
      const rows = tables.map((status) => ({
        table: status.table,
        'files in out': status.out.files,
        'not in lake': status.out.notInLake,
        'files in lake': status.lake.files,
        size: bytesText(status.lake.bytes),
        rows: status.lake.rows?.toLocaleString('en-US'),
        'first reading': status.lake.first,
        'last reading': status.lake.last,
      }))
      const toLeft = new Set(['table', 'first reading', 'last reading'])
      const columns = Object.keys(rows[0] ?? {}).map((name) => ({
        name,
        type: toLeft.has(name) ? ('varchar' as const) : ('bigint' as const),
      }))
      await terminal.data(tableText(columns, rows))
    })
}

interface Rows {
  rows: bigint | null
  first: Date | null
  last: Date | null
}

async function statusOf(table: Table, out: ObjectStore, { lake, terminal, signal, fail }: Session) {
  const [waiting, stored] = [await sizes(table, out), await sizes(table, lake.store)]
  let summary: Rows = { rows: null, first: null, last: null }
  const engine = await lake.openEngine([table])
  try {
    for await (const row of engine.query(tableSummary(table), { signal })) summary = row
  } catch (error) {
    signal.throwIfAborted()
    fail()
    terminal.warn(`table ${table.name} cannot be read: ${messageWithHint(error as Error).split('\n')[0]}`)
  } finally {
    await engine.close()
  }
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
async function sizes(table: Table, store: ObjectStore): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for await (const { key, size } of dataFilesOf(table, store)) found.set(key, size)
  return found
}
