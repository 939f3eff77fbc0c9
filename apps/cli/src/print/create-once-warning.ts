import type { CreateOnceFinding } from '@minilake/lake'
import type { Terminal } from './terminal.js'

/** Warns when a bucket lets racing writers replace each other's objects, or when that is unknown. */
export function createOnceWarning(location: string, terminal: Terminal) {
  return (finding: CreateOnceFinding): void => {
    if ('error' in finding) {
      const reason = finding.error instanceof Error ? finding.error.message : String(finding.error)
      terminal.note(`unknown whether ${location} lets only one of several racing writers win: ${reason}`)
    } else if (finding.guarantee === 'check-then-write') {
      terminal.warn(
        `${location} does not honour If-None-Match: minilake looks before each write, but when writers race for a key, the last one wins`,
      )
    }
  }
}
