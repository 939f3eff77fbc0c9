const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than allowed',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'there is something of that name that is not a folder',
  EISDIR: 'there is a folder of that name',
  ENAMETOOLONG: 'the name is too long for the file system',
  EMFILE: 'too many open files',
  EIO: 'the disk gave an input/output error',
}

/** What went wrong in the file system, in words; for any other error its own message. */
export function describeSystemError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, message }: NodeJS.ErrnoException = error
  return (code !== undefined ? words[code] : undefined) ?? message
}
