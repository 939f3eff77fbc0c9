/**
 * Throws a RangeError for a key that is not valid both in S3 and as a path below a folder: empty, over 1,024 bytes of UTF-8 (S3's
 * limit), with a backslash, a NUL, or an empty, `.` or `..` segment.
 */
export function checkKey(key: string): void {
  const bytes = new TextEncoder().encode(key).length
  if (bytes === 0 || bytes > 1024)
    throw new RangeError(`object key expected 1 to 1024 bytes, got ${bytes}: ${key}`)
  const bad = key.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')
  if (bad || /[\\\0]/.test(key)) {
    throw new RangeError(
      `object key expected names joined by single slashes, without '..', backslash or NUL, got ${JSON.stringify(key)}`,
    )
  }
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
