import type { Intent } from './intent.js'

/** A change of another process that was interrupted, and that this one has ended. */
export interface SettledChange {
  table: string
  /** Key prefix of the partition, or of the unpartitioned table: `turbine/event_date=2026-01-05/`. */
  folder: string
  /** Completed if all its new files had been written, else taken back: then the folder is as it was before. */
  outcome: 'completed' | 'taken back'
  /** Number of data files that the change adds, and of those that it removes. */
  adds: number
  removes: number
  /** When the change began, in ISO 8601. */
  startedAt: string
}

/** What a command is told of the changes of other processes that it meets. */
export interface ChangeNotes {
  /** Called with the key prefix of a partition that another process is changing at the moment; the command waits for it. */
  onWait?: ((folder: string) => void) | undefined
  /** Called when an interrupted change of another process has been completed or taken back. */
  onSettled?: ((change: SettledChange) => void) | undefined
}

/** Describes what became of the change that an intent stands for. */
export function settledChange(
  { table, folder, add, remove, startedAt }: Intent,
  outcome: SettledChange['outcome'],
): SettledChange {
  const adds = add.filter(({ wasThere }) => !wasThere).length
  const removes = remove.filter((key) => key.startsWith(folder) && key.endsWith('.parquet')).length
  return { table, folder, outcome, adds, removes, startedAt }
}
