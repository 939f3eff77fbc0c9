/** Bytes of a name between slashes that every file system, and so every store, can hold. */
const longestName = 255

/**
 * Throws a RangeError for a key that is not valid in every store, in S3 as well as a path below a folder: empty, over 1,024 bytes of
 * UTF-8 (S3's limit), with a backslash, a NUL, half a surrogate pair, an empty, `.` or `..` segment, a segment of more than 255 bytes, or
 * one that is the name of an unfinished file.
 */
export function checkKey(key: string): void {
  const bytes = byteLength(key)
  if (bytes === 0 || bytes > 1024)
    throw new RangeError(`object key expected 1 to 1024 bytes, got ${bytes}: ${key}`)
  const segments = key.split('/')
  if (segments.some((segment) => /^\.{0,2}$/.test(segment)) || /[\\\0\p{Surrogate}]/u.test(key)) {
    throw new RangeError(
      `object key expected names joined by single slashes, without '..', backslash, NUL or half a surrogate pair, got ${JSON.stringify(key)}`,
    )
  }
  const long = segments.find((segment) => byteLength(segment) > longestName)
  if (long !== undefined)
    throw new RangeError(
      `object key expected names of at most ${longestName} bytes between slashes, got ${byteLength(long)}: ${key}`,
    )
  if (segments.some(isUnfinishedName))
    throw new RangeError(
      `object key expected other names than .NAME.UUID.part, which stand for unfinished files, got ${JSON.stringify(key)}`,
    )
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}

/** A name that hides a file until it is finished, and that no object can have: `.NAME.UUID.part`, with as much of the name as fits. */
export function unfinishedName(name: string, uuid: string): string {
  const end = `.${uuid}.part`
  const bytes = new TextEncoder().encode(name).subarray(0, longestName - end.length - 1)
  // `stream` leaves out a character that is cut in two.
  return `.${new TextDecoder().decode(bytes, { stream: true })}${end}`
}

/** Whether `unfinishedName` may have made a name. */
export function isUnfinishedName(name: string): boolean {
  return /^\.[^/\\\0]*\.[0-9a-f-]{36}\.part$/.test(name)
}

/** Whether `checkKey` accepts a key. */
export function isKey(key: string): boolean {
  try {
    checkKey(key)
    return true
  } catch {
    return false
  }
}

/**
 * Whether a valid key can start with this prefix. Listing any other prefix is pointless: S3 stores respond with an error, and as a
 * path it may lead to another folder.
 */
export function isKeyPrefix(prefix: string): boolean {
  return !/(^|\/)\.{0,2}\/|[\\\0]/.test(prefix) && new TextEncoder().encode(prefix).length <= 1024
}
