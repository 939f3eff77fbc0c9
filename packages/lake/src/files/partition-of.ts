/** The partition of a key, or of a folder with its slash: `event_date=2026-01-05`; empty in a table without partitions. */
export function partitionOf(key: string): string {
  return key.split('/').slice(1, -1).join('/')
}
