import type { PartStatus } from '@minilake/infra'
import { tableText, textColumns } from '@minilake/lake/format'
import type { Terminal } from './terminal.js'

/** The parts of a stack as a table. */
export function partsText(parts: readonly PartStatus[], { width }: Pick<Terminal, 'width'>): string {
  const rows = parts.map(({ name: part, state, where, detail }) => ({ part, state, where, detail }))
  return tableText(textColumns(['part', 'state', 'where', 'detail']), rows, { width })
}
