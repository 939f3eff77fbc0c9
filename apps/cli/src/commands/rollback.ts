import type { RollbackReport, Snapshot } from '@minilake/lake'
import { jsonText } from '@minilake/lake/format'
import { count } from '@minilake/lake/text'
import { Command } from 'commander'
import { findTable, tableOption } from '../options/find-table.js'
import { parsedBy, snapshotId } from '../options/parsers.js'
import { type Environment, withSession } from '../session.js'

/** `minilake rollback`: make an earlier snapshot of an Iceberg table the current one. */
export function rollbackCommand(environment: Environment): Command {
  return new Command('rollback')
    .description(
      'say what an Iceberg table would be as of one of its snapshots; --yes makes that snapshot the current one',
    )
    .addOption(tableOption())
    .requiredOption('--snapshot <id>', 'snapshot, as minilake snapshots lists them', parsedBy(snapshotId))
    .option('--yes', 'roll back')
    .action(
      (
        { table, snapshot, yes = false }: { table?: string; snapshot: string; yes?: boolean },
        command: Command,
      ) =>
        withSession(command, environment, async ({ lake, terminal, json, signal }) => {
          const report = await lake.rollback(findTable(lake, table), { snapshot, rollback: yes, signal })
          await terminal.data(json ? `${jsonText(report, 2)}\n` : rolledBackText(report))
          if (!yes && report.from.id !== report.to.id) terminal.note('--yes rolls back')
        }),
    )
}

function rolledBackText({ table, from, to, truths, isRolledBack }: RollbackReport): string {
  if (from.id === to.id) return `nothing to roll back: ${table} is at snapshot ${stateText(to)}\n`
  const gone = truths > 0 ? `; the truth of ${count(truths, 'file')} with other rows goes` : ''
  return `${isRolledBack ? 'rolled back' : 'would roll back'} ${table} to snapshot ${stateText(to)}, from ${stateText(from)}${gone}\n`
}

function stateText({ id, at, rows, files }: Snapshot): string {
  return `${id} of ${at.toISOString()} (${count(rows, 'row')} in ${count(files, 'file')})`
}
