const sentences: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than allowed',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'something with that name exists and is not a folder',
  EISDIR: 'a folder with that name exists',
  ENAMETOOLONG: 'the name is too long for the file system',
  EMFILE: 'too many open files',
  EIO: 'the disk reported an input/output error',
}

/** Says what went wrong in the file system, in plain words. Returns the message of any other error. */
export function describeSystemError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return sentences[systemErrorCode(error) ?? ''] ?? error.message
}

/** The code of a system error, such as `ENOENT`; undefined for any other error. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code }: NodeJS.ErrnoException = error
  return code
}
