/** The folder of an object, with its slash: `turbine/event_date=2026-01-05/`. */
export function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1)
}
