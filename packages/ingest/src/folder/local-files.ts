import { createHash } from 'node:crypto'
import { fstatSync } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type EtagPlan, identityOf } from '../bytes/etag.js'
import { walkFolder } from './walk-folder.js'
import { keyPath } from './key-path.js'
import type { RereadableBytes } from '../object-store.js'
import { describeSystemError } from '../system-error.js'

/** A file of a folder as an object to be published. Each way of reading it rejects when the file has changed since the first. */
export interface LocalFile extends RereadableBytes {
  readonly key: string
  readonly path: string
  /** Reads the file for it. `plan` is the way it was put; default: our own. */
  etag(plan?: EtagPlan): Promise<string>
  /** Reads the file for its SHA-256, in hexadecimal. */
  sha256(): Promise<string>
  /** Read while it is taken. */
  readonly bytes: AsyncIterable<Uint8Array>
}

/**
 * The files of a folder as objects, in order of key. Names that start with `_` or `.` are passed over, whether files or
 * folders, as every engine does. `below` (a folder, with its slash) takes only what lies there: `below: '_truth/'`.
 * Throws an Error where there is no such folder.
 */
export async function* localFiles(
  folder: string,
  { below = '' }: { below?: string } = {},
): AsyncGenerator<LocalFile> {
  try {
    if (!(await stat(folder)).isDirectory()) throw new Error('it is a file, expected a folder')
    for await (const { key, path, size } of walkFolder(folder, {
      below,
      enter: (name) => !/^[_.]/.test(name),
    })) {
      yield localFileAt(key, path, size)
    }
  } catch (cause) {
    throw new Error(`cannot list ${join(folder, below)}: ${describeSystemError(cause)}`, { cause })
  }
}

/** The file of a folder that stands for one key, if there is one. */
export async function localFile(folder: string, key: string): Promise<LocalFile | undefined> {
  const path = keyPath(folder, key)
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw new Error(`cannot read ${path}: ${describeSystemError(cause)}`, { cause })
  })
  return found?.isFile() ? localFileAt(key, path, found.size) : undefined
}

function localFileAt(key: string, path: string, size: number): LocalFile {
  const version: FileVersion = { size: BigInt(size) }
  const bytes = () => fileBytes(path, version)
  return {
    key,
    path,
    size,
    etag: async (plan) => (await identityOf(bytes(), { size, plan })).etag,
    sha256: async () => {
      const hash = createHash('sha256')
      for await (const chunk of bytes()) hash.update(chunk)
      return hash.digest('hex')
    },
    bytes: bytes(),
    readInto: (target, start) => readInto(path, { target, start, version }),
  }
}

/** What a file was when it was listed or first read. */
interface FileVersion {
  size?: bigint
  mtimeNs?: bigint
}

/**
 * A file's bytes in chunks of up to 1 MiB. Rejects when it cannot be read, or changes while it is being read; with a `version`
 * also when it is no longer what that says.
 */
export async function* fileBytes(path: string, version: FileVersion = {}): AsyncGenerator<Uint8Array> {
  try {
    const file = await open(path)
    try {
      const { size } = checkUnchanged(file, version)
      let position = 0
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(1024 * 1024), { position })
        if (bytesRead === 0) break
        position += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
      checkUnchanged(file, version)
      if (BigInt(position) !== size) throw new Error(changed)
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw new Error(`cannot read ${path}: ${describeSystemError(cause)}`, { cause })
  }
}

async function readInto(
  path: string,
  { target, start, version }: { target: Uint8Array; start: number; version: FileVersion },
): Promise<void> {
  try {
    const file = await open(path)
    try {
      checkUnchanged(file, version)
      for (let filled = 0; filled < target.length;) {
        const { bytesRead } = await file.read(target, {
          offset: filled,
          length: target.length - filled,
          position: start + filled,
        })
        if (bytesRead === 0) throw new Error(changed)
        filled += bytesRead
      }
      checkUnchanged(file, version)
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw new Error(`cannot read ${path}: ${describeSystemError(cause)}`, { cause })
  }
}

const changed = 'it changed while it was being read, run again when it is finished'

function checkUnchanged({ fd }: FileHandle, version: FileVersion): { size: bigint } {
  // At once: of an open file the system knows it, and a turn through the thread pool takes ten times as long.
  const { size, mtimeNs } = fstatSync(fd, { bigint: true })
  if ((version.size ?? size) !== size || (version.mtimeNs ?? mtimeNs) !== mtimeNs) throw new Error(changed)
  Object.assign(version, { size, mtimeNs })
  return { size }
}
