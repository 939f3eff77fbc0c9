// The characters that Hive writes as %XX in a partition folder (its FileUtils.escapePathName).
const escaped = /[\u0001-\u001f"#%'*/:=?\\\u007f{[\]^]/g
const nullFolder = '__HIVE_DEFAULT_PARTITION__'

/**
 * The folder of a partition as Hive writes it, with a slash at its end: `event_date=2026-01-01/`, outermost first.
 * Throws a RangeError for an empty value and for Hive's own name of a missing one: both would read as NULL.
 */
export function partitionPath(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      if (value === '' || value === nullFolder || value.includes('\0')) {
        throw new RangeError(
          `partition ${name} expected a value that is not empty, ${nullFolder} or holds a NUL, got ${JSON.stringify(value)}`,
        )
      }
      return `${escape(name)}=${escape(value)}/`
    })
    .join('')
}

/** The partition values in an object key or folder: its segments of the form `name=value`, outermost first. */
export function parsePartitionPath(path: string): Record<string, string> {
  const folders = path.split('/').slice(0, -1)
  return Object.fromEntries(
    folders
      .filter((folder) => folder.includes('='))
      .map((folder) => {
        const at = folder.indexOf('=')
        return [unescape(folder.slice(0, at)), unescape(folder.slice(at + 1))]
      }),
  )
}

function escape(text: string): string {
  return text.replace(
    escaped,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

function unescape(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}
