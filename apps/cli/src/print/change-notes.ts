import type { ChangeNotes, Lake, SettledChange } from '@minilake/lake'
import { count } from '@minilake/lake/text'
import type { Terminal } from './terminal.js'

/** Notes on the changes of other processes that a command waits for, completes or takes back. */
export function changeNotes({
  lake,
  terminal,
}: {
  lake: Pick<Lake, 'store'>
  terminal: Terminal
}): Required<ChangeNotes> {
  return {
    onWait: (folder) =>
      terminal.note(`waiting for another process that is changing ${lake.store.location}/${folder}`),
    onSettled: (change) => terminal.note(settledText(change, lake)),
  }
}

function settledText(
  { outcome, folder, startedAt, ...change }: SettledChange,
  { store }: Pick<Lake, 'store'>,
): string {
  const verb = outcome === 'completed' ? outcome : 'took back'
  const began = startedAt.slice(0, 16).replace('T', ' ')
  return `${verb} an interrupted change of ${store.location}/${folder}, begun ${began} UTC: ${workOf(change)}`
}

function workOf({ adds, removes }: Pick<SettledChange, 'adds' | 'removes'>): string {
  if (adds === 0) return `${count(removes, 'data file')} to remove`
  const added = count(adds, 'new data file')
  return removes === 0 ? added : `${added} in place of ${removes}`
}
