import type { LakeStatus } from '@minilake/lake'
import { bytesText } from '@minilake/lake/text'
import { Command } from 'commander'
import { localStack, runningStack } from '../local-stack.js'
import { settingOption } from '../options/setting-option.js'
import { messageWithHint } from '../print/error-hint.js'
import { partsText } from '../print/parts-text.js'
import { jsonText } from '@minilake/lake/format'
import { tableText } from '@minilake/lake/format'
import { type Environment, type Session, withSession } from '../session.js'

/** `minilake status`: what is where. */
export function statusCommand(environment: Environment): Command {
  return new Command('status')
    .description(
      'show files that wait to be ingested, files in the lake, rows and their time range, and the parts of the local stack',
    )
    .addOption(settingOption('out', 'folder'))
    .option('--native', 'show only the parts of the stack that minilake up --native started')
    .action(({ native = false }: { native?: boolean }, command: Command) =>
      withSession(command, environment, async (session) => {
        const { lake, terminal, json, signal, fail } = session
        if (native) {
          const stack = await localStack(session, environment, { native, credentials: 'optional' })
          const parts = await stack.status()
          await terminal.data(json ? `${jsonText(parts, 2)}\n` : partsText(parts, terminal))
          return
        }
        const { parts } = lake.profile === 'stack' ? await runningStack(session, environment) : { parts: [] }
        const { tables, ...where } = await lake.status({ signal })
        for (const { table, error } of tables) {
          if (error === undefined) continue
          fail()
          terminal.warn(`table ${table} cannot be read: ${messageWithHint(error).split('\n')[0]}`)
        }
        if (json) {
          const known = tables.map(({ error, ...status }) => ({ ...status, error: error?.message }))
          await terminal.data(`${jsonText({ ...where, parts, tables: known }, 2)}\n`)
          return
        }
        terminal.note(`profile ${lake.profile}: data files in ${lake.out}/, lake in ${lake.store.location}/`)
        if (parts.length > 0) await terminal.data(`${partsText(parts, terminal)}\n`)
        await terminal.data(statusText(tables, session))
      }),
    )
}

const textual = new Set(['table', 'first reading', 'last reading'])

function statusText(tables: LakeStatus['tables'], { terminal }: Session): string {
  const rows = tables.map(({ table, out, lake }) => ({
    table,
    'files in out': out.files,
    'not in lake': out.notInLake,
    'files in lake': lake.files,
    size: bytesText(lake.bytes),
    rows: lake.rows?.toLocaleString('en-US'),
    'first reading': lake.first,
    'last reading': lake.last,
  }))
  const columns = Object.keys(rows[0] ?? {}).map((name) => ({
    name,
    type: textual.has(name) ? ('varchar' as const) : ('bigint' as const),
  }))
  return tableText(columns, rows, { width: terminal.width })
}
