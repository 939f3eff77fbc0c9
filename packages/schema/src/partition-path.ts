// The characters that Hive writes as %XX in the name of a partition folder (its FileUtils.escapePathName).
const escaped = /[\u0001-\u001f"#%'*/:=?\\\u007f{[\]^]/g
const nullFolder = '__HIVE_DEFAULT_PARTITION__'

/**
 * The folders of a partition as Hive writes them, outermost first, with a slash at the end: `event_date=2026-01-01/`.
 * Throws a RangeError for an empty value and for Hive's name for a missing value, which would both read as NULL, and for a NUL.
 */
export function partitionPath(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      if (value === '' || value === nullFolder || value.includes('\0')) {
        throw new RangeError(
          `partition ${name} expected a value without NUL that is neither empty nor ${nullFolder}, got ${JSON.stringify(value)}`,
        )
      }
      return `${escape(name)}=${escape(value)}/`
    })
    .join('')
}

/** The partition values in an object key or folder path, outermost first: its folders of the form `name=value`. */
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
